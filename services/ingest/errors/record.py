"""What may go wrong with a clip's record."""

from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class NotYourClipError(AppError):
    """Only who filmed or uploaded a clip, a custodian and those in charge deal with its record."""

    code: ClassVar[str] = "ingest.not-your-clip"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "只有摄录、上传该资料的人员和有关负责人员可以办理"


class EntryTakenError(AppError):
    """What was said under this id is never changed. Say something else under a new id."""

    code: ClassVar[str] = "ingest.entry-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该登记编号已被使用，登记内容不得修改，请以新的编号补充登记"


class NoReturnRuleError(AppError):
    """The law in force knows no period that runs from the return, or not for this reason."""

    code: ClassVar[str] = "ingest.no-return-rule"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "录制当日适用的规定没有此种返回后办理的情形"


class ReturnInvalidError(AppError):
    """A return lies between the end of the recording and now."""

    code: ClassVar[str] = "ingest.return-invalid"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "返回时间应当在录制结束之后、当前时间之前"


class ReturnUnknownError(AppError):
    """Nobody declared such a return of this clip."""

    code: ClassVar[str] = "ingest.return-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该返回申报"


class SamePersonError(AppError):
    """A return is confirmed by somebody who neither declared it nor filmed or uploaded the clip."""

    code: ClassVar[str] = "ingest.same-person"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "返回时间须由申报人、摄录人、上传人以外的负责人确认"


class OwnHandOverError(AppError):
    """Who filmed or uploaded a clip does not acknowledge having handed it to themselves."""

    code: ClassVar[str] = "ingest.own-hand-over"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "摄录、上传人员不能签收自己移交的资料"


class NotQuarantinedError(AppError):
    """Only a film that is kept apart is reviewed, and it is not, or no longer."""

    code: ClassVar[str] = "ingest.not-quarantined"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该资料没有被隔离，或者已经复核放行，无需复核"


class ReviewerInvolvedError(AppError):
    """Who had a part in a clip, or in what is to replace it, does not judge which is right."""

    code: ClassVar[str] = "ingest.reviewer-involved"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = (
        "参与执法、摄录、上传或者申报摘要的人员不得复核本件资料，也不得以其资料替代"
    )


class ReplacementUnfitError(AppError):
    """A recording is replaced by another kept clip of the same agency and device only."""

    code: ClassVar[str] = "ingest.replacement-unfit"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "替代的资料应当是本机关同一设备摄录并已入库的另一件资料"


class NotKeptError(AppError):
    """What has not arrived, or is not what was announced, cannot be handed over."""

    code: ClassVar[str] = "ingest.not-kept"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该资料尚未入库或者已被隔离，不能签收"
