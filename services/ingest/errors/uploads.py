"""What may go wrong with an upload."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final, Literal

from common.errors import AppError

Whose = Literal["person", "device", "agency"]
Share = Literal["awaited_bytes", "bytes_a_day", "begun_a_minute"]
_WHOSE: Final[Mapping[Whose, str]] = {"person": "本人", "device": "本设备", "agency": "本单位"}
_WHAT: Final[Mapping[Share, str]] = {
    "awaited_bytes": "已登记而尚未传完的内容（字节）",
    "bytes_a_day": "二十四小时内登记的内容（字节）",
    "begun_a_minute": "一分钟内登记的上传任务（个）",
}


class UploadUnknownError(AppError):
    """No such upload, or one of another agency: the same answer."""

    code: ClassVar[str] = "ingest.upload-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该上传任务"


class ClipUnknownError(AppError):
    """No such clip, or one of another agency: the same answer."""

    code: ClassVar[str] = "ingest.clip-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该音像资料"


class ClipTakenError(AppError):
    """This id was announced by somebody else of the agency or with other words. Use a new id."""

    code: ClassVar[str] = "ingest.id-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该音像资料编号已被使用"

    def __init__(self) -> None:
        super().__init__("请改用新的编号（clip_id）重新登记")


class StateSecretError(AppError):
    """State secrets have no place in this system; not a byte is kept."""

    code: ClassVar[str] = "ingest.state-secret"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "涉及国家秘密的音像资料不得上传本系统"

    def __init__(self) -> None:
        super().__init__("请改为登记指引条目（pointers），只载明存放地点和保管人，不含任何内容")


class TooLargeError(AppError):
    """Longer than any clip this installation accepts; not a byte is kept."""

    code: ClassVar[str] = "ingest.too-large"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title: ClassVar[str] = "音像资料超过允许的大小"


class TooManyUploadsError(AppError):
    """A person, device or agency has begun as many as may be open. Finish some of them first."""

    code: ClassVar[str] = "ingest.too-many-uploads"
    status: ClassVar[HTTPStatus] = HTTPStatus.TOO_MANY_REQUESTS
    title: ClassVar[str] = "未完成的上传任务过多"

    def __init__(self, whose: Whose, limit: int, used: int, again_in_s: int) -> None:
        name = _WHOSE[whose]
        detail = f"{name}未完成的上传任务已达上限 {limit} 个，请先传完已登记的音像资料"
        super().__init__(detail, whose=whose, limit=limit, used=used)
        self.headers["Retry-After"] = str(again_in_s)


class MoreThanAnnouncedError(AppError):
    """The chunk goes past the announced length. Nothing past it is ever kept."""

    code: ClassVar[str] = "ingest.more-than-announced"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title: ClassVar[str] = "分片超出已声明的长度"


class LengthInvalidError(AppError):
    """The length told after the beginning cannot be: it was told before, or does not fit."""

    code: ClassVar[str] = "ingest.length-invalid"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "补充声明的长度有误"


class PartsInvalidError(AppError):
    """What is to be joined are not complete parts that the same person has sent."""

    code: ClassVar[str] = "ingest.parts-invalid"
    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST
    title: ClassVar[str] = "待拼接的分段不存在、未传完或不属于本人"


class BegunOtherwiseError(AppError):
    """The film is on its way as one piece; it is not joined of parts until that is ended."""

    code: ClassVar[str] = "ingest.begun-otherwise"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该音像资料已以整段方式开始上传，请续传或先终止该上传任务"


class JoinedError(AppError):
    """A film that was joined of parts takes no bytes of its own (tus 1.0, "Concatenation")."""

    code: ClassVar[str] = "ingest.joined"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "由分段拼接而成的音像资料不能再追加内容"


class OffsetDiffersError(AppError):
    """The chunk does not continue where the server is; the header says where that is."""

    code: ClassVar[str] = "ingest.offset-differs"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "请从服务器给出的位置继续上传"

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers["Upload-Offset"] = str(offset)


class UploadInterruptedError(AppError):
    """A newer request for the same upload took over, or this one fell silent. Go on from there."""

    code: ClassVar[str] = "ingest.interrupted"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "本次传输已中断，请从服务器给出的位置继续上传"

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers |= {"Upload-Offset": str(offset), "Connection": "close"}


class EndingError(AppError):
    """This process ends, to be started again. What has come is kept: go on from there."""

    code: ClassVar[str] = "ingest.ending"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "服务正在重启，已收到的内容均已保存，请稍后续传"

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers |= {
            "Upload-Offset": str(offset),
            "Retry-After": "5",
            "Connection": "close",
        }


class DigestDiffersError(AppError):
    """The bytes that arrived are not those announced. They are kept apart; send again as new."""

    code: ClassVar[str] = "ingest.digest-differs"
    status: ClassVar[HTTPStatus] = HTTPStatus.UNPROCESSABLE_ENTITY
    title: ClassVar[str] = "收到的内容与声明的摘要不一致"

    def __init__(self) -> None:
        super().__init__("已隔离保存，不作为有效资料；请核对后以新的编号重新上传")


class ChecksumDiffersError(AppError):
    """The request's bytes are not those of its checksum; none of them is kept (tus, "Checksum")."""

    code: ClassVar[str] = "ingest.checksum-differs"
    status: ClassVar[int] = 460  # pyright: ignore[reportIncompatibleVariableOverride] - tus's own
    title: ClassVar[str] = "分片内容与校验值不一致，请重新发送该分片"

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers["Upload-Offset"] = str(offset)


class UploadGoneError(AppError):
    """The upload was ended before it was complete; announce the clip again to begin anew."""

    code: ClassVar[str] = "ingest.upload-gone"
    status: ClassVar[HTTPStatus] = HTTPStatus.GONE
    title: ClassVar[str] = "该上传任务已终止或过期，请重新登记后上传"


class UploadFinishedError(AppError):
    """Every byte arrived: an original is never deleted, whoever asks (requirements, 1.1)."""

    code: ClassVar[str] = "ingest.upload-finished"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "音像资料已上传完成，原始资料不得删除"


class NotUploaderError(AppError):
    """Only who began an upload may end it early."""

    code: ClassVar[str] = "ingest.not-uploader"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "只有登记上传的人员可以终止该上传任务"


class NotReadHereError(AppError):
    """Bytes leave only through `access`, where each look is decided and recorded first."""

    code: ClassVar[str] = "ingest.not-read-here"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "不能从上传地址读取音像资料，请提交查阅申请"


class BusyError(AppError):
    """As many films are read as this process reads at once; nothing of this one was. Come again."""

    code: ClassVar[str] = "ingest.busy"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "同时上传的音像资料过多，请稍后续传"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "5"


class AccountClosedError(AppError):
    """The account was closed while its bytes came: they stay, and a colleague may go on."""

    code: ClassVar[str] = "ingest.account-closed"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "账号已停用，不能完成上传"


class OverQuotaError(AppError):
    """A device or agency has had its share of bytes or of beginnings; what it began goes on."""

    code: ClassVar[str] = "ingest.over-quota"
    status: ClassVar[HTTPStatus] = HTTPStatus.TOO_MANY_REQUESTS
    title: ClassVar[str] = "上传已超出限额，请稍后再登记"

    def __init__(self, whose: Whose, what: Share, limit: int, used: int, again_in_s: int) -> None:
        said = f"{_WHOSE[whose]}{_WHAT[what]}上限为 {limit}，已用 {used}"
        super().__init__(said, whose=whose, what=what, limit=limit, used=used)
        self.headers["Retry-After"] = str(again_in_s)


class TrialUnknownError(AppError):
    """No such trial of the requester's is under way in this process."""

    code: ClassVar[str] = "ingest.trial-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有正在进行的代理自检"


class ConnectionCutError(Exception):
    """The client is gone. What arrived before is kept; nobody is there to be answered."""
