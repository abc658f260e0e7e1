"""Expected failures of retention."""

from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class CaseUnknownError(AppError):
    """No such case, or none of the requester's agency: the two must look the same."""

    code: ClassVar[str] = "retention.case-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该案件"


class ClipUnknownError(AppError):
    """No such clip, or none of the requester's agency: the two must look the same."""

    code: ClassVar[str] = "retention.clip-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该音像文件"


class HoldUnknownError(AppError):
    """No such hold, or none on a case of the requester's agency."""

    code: ClassVar[str] = "retention.hold-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该封存"


class NotHandlingUnitError(AppError):
    """Only the head of the unit that handled the case decides its class."""

    code: ClassVar[str] = "retention.not-handling-unit"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "保管期限由本案承办机构确定"


class ClassShorterError(AppError):
    """Keeping grows by itself; it never shrinks here."""

    code: ClassVar[str] = "retention.class-shorter"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "不能确定比规定更短的保管期限"


class ClassUnknownError(AppError):
    """The pack that rules the case has no such class."""

    code: ClassVar[str] = "retention.class-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本案适用的制度没有这一保管期限"


class NotProposedError(AppError):
    """There is nothing to confirm: the act is not over, or no pack says how long to keep."""

    code: ClassVar[str] = "retention.not-proposed"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本案尚无可确认的保管期限"


class DisposalRefusedError(AppError):
    """The clip must be kept. The refusal is on record before this is raised."""

    code: ClassVar[str] = "retention.disposal-refused"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "该音像文件不得处置"


class HoldReleasedError(AppError):
    """The hold under this id is over; a new one needs an id of its own."""

    code: ClassVar[str] = "retention.hold-released"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该封存已解除；需要再次封存的，应使用新的编号"


class IdTakenError(AppError):
    """This id was used for something else; repeating is fine, changing is not."""

    code: ClassVar[str] = "retention.id-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该编号已用于其他内容"
