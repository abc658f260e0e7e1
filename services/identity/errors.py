"""Expected failures of identity."""

from http import HTTPStatus
from typing import ClassVar, Final

from common.errors import AppError

COME_AGAIN_S: Final = 2
"""When a full waiting room has emptied."""


class AlreadySetUpError(AppError):
    """There is an administrator; further ones are made by administrators."""

    code: ClassVar[str] = "identity.already-set-up"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "系统已完成初始化"


class SetupCodeWrongError(AppError):
    """Only who can read the installation's files may make its first administrator."""

    code: ClassVar[str] = "identity.setup-code-wrong"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "初始化代码不正确"


class AgencyUnknownError(AppError):
    """No such agency, or none the requester administers: the two must look the same."""

    code: ClassVar[str] = "identity.agency-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该机关"


class UnitUnknownError(AppError):
    """The account's agency has no such unit."""

    code: ClassVar[str] = "identity.unit-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该承办机构"


class AccountUnknownError(AppError):
    """No such account, or none the requester administers: the two must look the same."""

    code: ClassVar[str] = "identity.account-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该账号"


class IdTakenError(AppError):
    """This id was used for something else; repeating is fine, changing is not."""

    code: ClassVar[str] = "identity.id-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该编号已用于其他内容"


class UsernameTakenError(AppError):
    """User names are unique in the whole installation, whatever their case or width."""

    code: ClassVar[str] = "identity.username-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该用户名已被使用"


class LevelWrongError(AppError):
    """The tree would stand on its head."""

    code: ClassVar[str] = "identity.level-wrong"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "机关层级与上级机关不符"


class PasswordWeakError(AppError):
    """Too short, or the user name itself."""

    code: ClassVar[str] = "identity.password-weak"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "密码至少12个字符，且不得与用户名相同"


class RolesWrongError(AppError):
    """An outsider with a role inside, or somebody inside bound like an outsider."""

    code: ClassVar[str] = "identity.roles-wrong"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "当事人、代理律师不得兼任机关角色；机关人员账号不得限定案件"


class SupervisorReservedError(AppError):
    """An agency below the topmost one may not make somebody who looks into others."""

    code: ClassVar[str] = "identity.supervisor-reserved"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "监督人员账号只能由最上级机关的管理员开立"


class OwnAccountError(AppError):
    """Nobody locks themselves out: the last administrator could not be replaced."""

    code: ClassVar[str] = "identity.own-account"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "不能停用自己的账号"


class SignInRefusedError(AppError):
    """Nobody got in. Unknown, wrong, disabled and locked are told apart on record only."""

    code: ClassVar[str] = "identity.sign-in-refused"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNAUTHORIZED
    title: ClassVar[str] = "用户名或密码不正确，或账号已停用、暂时锁定"


class SessionOverError(AppError):
    """The refresh token renews nothing; sign in again. Why is told on record only."""

    code: ClassVar[str] = "identity.session-over"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNAUTHORIZED
    title: ClassVar[str] = "登录已失效，请重新登录"


class BusyError(AppError):
    """More passwords to check at once than the machine takes. Nothing was decided."""

    code: ClassVar[str] = "identity.busy"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "当前登录人数过多，请稍后重试"

    def __init__(self) -> None:
        super().__init__(f"请在 {COME_AGAIN_S} 秒后重试")
        self.headers["Retry-After"] = str(COME_AGAIN_S)  # RFC 9110, 10.2.3
