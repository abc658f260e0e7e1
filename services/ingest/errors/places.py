"""What may be wrong with where the bytes lie: the disk, the replica, the store."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class NoRoomError(AppError):
    """The disk has no room for it now. What was acknowledged stays; try again later."""

    code: ClassVar[str] = "ingest.no-room"
    status: ClassVar[HTTPStatus] = HTTPStatus.INSUFFICIENT_STORAGE
    title: ClassVar[str] = "存储空间不足，请稍后续传"


class SpoolClosedError(AppError):
    """This replica takes nothing new, because its volume is to go; what it began, it ends."""

    code: ClassVar[str] = "ingest.spool-closed"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "本接收节点即将停用，请稍后上传新的音像资料"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "60"


class SpoolLostError(AppError):
    """The spool holds less than was acknowledged: the disk lost it, and a person must look.

    The upload stays where it is; nothing is put in the place of what was lost.
    """

    code: ClassVar[str] = "ingest.spool-lost"
    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    title: ClassVar[str] = "已接收的内容在服务器上缺失，请保留原始文件并联系管理员"

    def __init__(self, found_bytes: int = 0) -> None:
        super().__init__()
        self.found_bytes = found_bytes


class SpoolFaultError(AppError):
    """The disk failed to write. What was acknowledged stays; the rest is to be sent again."""

    code: ClassVar[str] = "ingest.spool-fault"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "接收存储写入故障，请稍后从服务器给出的位置续传"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "5"


class UploadBusyError(AppError):
    """Another process of this service writes the same upload at this moment. Ask again."""

    code: ClassVar[str] = "ingest.upload-busy"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "该上传任务正由另一进程接收，请稍后续传"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "1"


class PartsApartError(AppError):
    """Parts of a film lie with several replicas, whose number changed meanwhile. Send them anew."""

    code: ClassVar[str] = "ingest.parts-apart"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "各分段不在同一接收节点，请重新上传该音像资料"


class ReplicaAwayError(AppError):
    """The replica whose spool holds the upload does not answer. What was acknowledged is safe."""

    code: ClassVar[str] = "ingest.replica-away"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "保存该上传任务的接收节点暂时不可用，请稍后续传"

    def __init__(self) -> None:
        super().__init__()
        self.headers["Retry-After"] = "5"


class ElsewhereError(Exception):
    """The bytes lie in the spool of another replica, to which the request is handed on."""

    def __init__(self, replica: int) -> None:
        super().__init__(replica)
        self.replica = replica


class WeakLockError(Exception):
    """Compliance mode was asked for on a store whose locks do not hold."""

    def __init__(self, failures: Sequence[str]) -> None:
        super().__init__(
            "compliance mode (LIUHEN_INGEST_LOCK_MODE) needs a store that enforces locks, and in "
            f"this one {'; '.join(failures)}"
        )
