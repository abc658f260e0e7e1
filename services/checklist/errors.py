"""Expected failures of checklist."""

from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class ActivityUnknownError(AppError):
    """There is no such activity in the requester's agency; whether in another's is not said."""

    code: ClassVar[str] = "checklist.activity-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到这项执法活动"


class ActivationUnknownError(AppError):
    """There is no such activation in the requester's agency."""

    code: ClassVar[str] = "checklist.activation-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到这项启用申请"


class PackUnknownError(AppError):
    """No pack of this name comes with the product."""

    code: ClassVar[str] = "checklist.pack-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有这个规范包"


class BeforeIssueError(AppError):
    """A pack cannot have ruled before it was issued."""

    code: ClassVar[str] = "checklist.before-issue"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "启用日期早于规范的印发时间"


class IdTakenError(AppError):
    """The id belongs to another activation."""

    code: ClassVar[str] = "checklist.id-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "此编号已用于另一项启用申请"


class SamePersonError(AppError):
    """Who proposed an activation does not confirm it: two people answer for a change of law."""

    code: ClassVar[str] = "checklist.same-person"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "提出启用的人不能自行确认"


class PackChangedError(AppError):
    """The product now ships other bytes than those that were proposed."""

    code: ClassVar[str] = "checklist.pack-changed"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "规范包内容已更新，请重新提出启用"


class DayTakenError(AppError):
    """Another activation begins on the same day; which of them rules would be chance."""

    code: ClassVar[str] = "checklist.day-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本机关自该日起已启用另一规范包"
