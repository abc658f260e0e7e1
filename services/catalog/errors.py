"""Expected failures of the catalogue."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final
from uuid import UUID

from common.errors import AppError

NEWS_TRAVEL: Final = "新登记的账号、机构稍候片刻方可使用：请稍后重试；仍不行的，请核对编号。"
AGAIN: Final = {"Retry-After": "1"}
"""Seconds (RFC 9110, 10.2.3): what identity says is usually here within one."""


class CaseUnknownError(AppError):
    """No such case, or none the requester may know of: the two must look the same."""

    code: ClassVar[str] = "catalog.case-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该案件"


class ActivityUnknownError(AppError):
    """No such activity, or none the requester may know of: the two must look the same."""

    code: ClassVar[str] = "catalog.activity-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该执法活动"


class ClipUnknownError(AppError):
    """No such clip, or another agency's, or ingest's word of it has not arrived yet.

    A client that has just uploaded it tries again a moment later.
    """

    code: ClassVar[str] = "catalog.clip-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该音像文件"


class LinkUnknownError(AppError):
    """No such link, or none the requester may know of: the two must look the same."""

    code: ClassVar[str] = "catalog.link-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该关联"


class NotHandlingUnitError(AppError):
    """What a case holds is stated by those who handle it, and with films of their own."""

    code: ClassVar[str] = "catalog.not-handling-unit"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "仅限本案承办机构使用本机构的音像办理"


class OfficerUnknownError(AppError):
    """No such account in the agency, or identity's word of it has not arrived yet: try again.

    Another agency's account looks the same as none.
    """

    code: ClassVar[str] = "catalog.officer-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本机关没有该账号，不能列为执法人员"

    def __init__(self, place: int) -> None:
        """Say which of the officers it is, counted from 0."""
        message = "核对账号编号"
        super().__init__(
            NEWS_TRAVEL, fields=[_field("officer_unknown", message, "body", "officers", place)]
        )
        self.headers = dict(AGAIN)


class NotAnOfficerError(AppError):
    """Whoever counts as an officer has that role, and an account not closed before the act."""

    code: ClassVar[str] = "catalog.not-an-officer"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "所列人员不是本机关在册的执法人员"

    def __init__(self, place: int) -> None:
        """Say which of the officers it is, counted from 0."""
        message = "该账号没有执法人员角色，或者在执法活动之前已经停用（可填写活动日期）"
        super().__init__(fields=[_field("not_an_officer", message, "body", "officers", place)])


class UnitUnknownError(AppError):
    """No such unit in the agency, or identity's word of it has not arrived yet: try again.

    Another agency's unit looks the same as none.
    """

    code: ClassVar[str] = "catalog.unit-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本机关没有该承办机构"

    def __init__(self) -> None:
        super().__init__(
            NEWS_TRAVEL, fields=[_field("unit_unknown", "核对机构编号", "body", "unit_id")]
        )
        self.headers = dict(AGAIN)


class IdTakenError(AppError):
    """This id was used for something else; repeating is fine, changing is not."""

    code: ClassVar[str] = "catalog.id-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该编号已用于其他内容"


class AlreadyEndedError(AppError):
    """The case was ended otherwise; periods of keeping already start from that."""

    code: ClassVar[str] = "catalog.already-ended"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该案件已按其他内容办结"


class NotEndedError(AppError):
    """Only what is over goes to the archive."""

    code: ClassVar[str] = "catalog.not-ended"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "案件尚未办结，不能归档"


class ArchivedError(AppError):
    """The archive has the case file; nothing is added to it any more."""

    code: ClassVar[str] = "catalog.archived"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "案件已归档，不能再作变更"


class DateWrongError(AppError):
    """A legal date or a moment in the future, or an archiving before the end."""

    code: ClassVar[str] = "catalog.date-wrong"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "日期有误"


class EndTooEarlyError(AppError):
    """An act is not over before what was done and filmed of it."""

    code: ClassVar[str] = "catalog.end-too-early"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "办结日期早于本案的执法活动或者音像"


class ReasonMissingError(AppError):
    """A moment that was stated already is moved only with a reason, which stays on record."""

    code: ClassVar[str] = "catalog.reason-missing"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "更改已陈述的时刻，须说明理由"


class WordUnknownError(AppError):
    """Not a word of the lists that rule the case: what nobody reads would silently count nothing.

    Like every advice on a form it tells the place and what would be right, not what was sent.
    """

    code: ClassVar[str] = "catalog.word-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "规范包中没有这个词"

    def __init__(self, *where: str, nearest: Mapping[str, str]) -> None:
        """Offer the nearest words, each with how people say it."""
        words = "、".join(f"{word}（{label}）" for word, label in nearest.items())
        wrong = _field("word_unknown", f"请检查拼写，相近的有：{words}", *where)
        super().__init__(fields=[wrong | {"nearest": list(nearest)}])


class AlreadyLinkedError(AppError):
    """The clip serves the activity already, under another link's id."""

    code: ClassVar[str] = "catalog.already-linked"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该音像文件已关联到此执法活动"


class ClipQuarantinedError(AppError):
    """What arrived is not what the device announced; it is kept, and not used."""

    code: ClassVar[str] = "catalog.clip-quarantined"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该音像文件校验不一致，已隔离，不能使用"


class OffsetOutsideError(AppError):
    """A mark behind the end of the clip."""

    code: ClassVar[str] = "catalog.offset-outside"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "标记位置超出音像文件时长"


class ClipResubmittedError(AppError):
    """An entry of a film that is kept already: what is said of the film is said of its original.

    Nobody's statement is moved to another clip by itself: whoever makes it sees the original first.
    """

    code: ClassVar[str] = "catalog.clip-resubmitted"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该音像文件是重复提交，请改用原件编号"

    def __init__(self, original_id: UUID) -> None:
        """Name the clip to use instead."""
        super().__init__(f"原件编号为{original_id}。", original_id=str(original_id))


def _field(what: str, message: str, *where: str | int) -> dict[str, object]:
    """One wrong place of a request, in the form in which malformed ones are told."""
    return {"where": where, "what": what, "message": message}
