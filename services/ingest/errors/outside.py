"""What may go wrong with what lies outside this system, and with its keepers."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import ClassVar

from common.errors import AppError


class StorageDeviceUnknownError(AppError):
    """No such storage device, or one of another agency: the same answer."""

    code: ClassVar[str] = "ingest.storage-device-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该存储设备"


class KeyTakenError(AppError):
    """This key was used in the agency before, by somebody else or for something else."""

    code: ClassVar[str] = "ingest.key-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该编号已用于其他内容"


class NumberTakenError(AppError):
    """The agency has registered another storage device under this number."""

    code: ClassVar[str] = "ingest.number-taken"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该设备编号已登记"


class StorageDeviceOutOfUseError(AppError):
    """The storage device is not in use, yet or any more: it takes no keeper and no recording."""

    code: ClassVar[str] = "ingest.storage-device-out-of-use"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该存储设备尚未启用或者已经停用"


class StorageDeviceNotEmptyError(AppError):
    """Recordings lie on the storage device: move them, or bring them in, before it goes."""

    code: ClassVar[str] = "ingest.storage-device-not-empty"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "该存储设备上仍存有音像资料，不能停用"


class KeeperRequestUnknownError(AppError):
    """Nobody asked for such a change of this device's keeper."""

    code: ClassVar[str] = "ingest.keeper-request-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该保管人变更申请"


class NotKeeperError(AppError):
    """Only a custodian or the present keeper may ask for another keeper."""

    code: ClassVar[str] = "ingest.not-keeper"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "只有档案管理员或现保管人可以申请变更保管人"


class NotIndependentError(AppError):
    """Whoever asked for a change, or would receive the device, does not authorise it."""

    code: ClassVar[str] = "ingest.not-independent"
    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN
    title: ClassVar[str] = "申请人和接收人不得批准本次保管人变更"


class KeeperChangedError(AppError):
    """The device has another keeper than when the change was asked for. Ask again."""

    code: ClassVar[str] = "ingest.keeper-changed"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "保管人在申请之后已经变更，请重新申请"


class OffsiteUnknownError(AppError):
    """No such entry of a recording kept outside, or one of another agency: the same answer."""

    code: ClassVar[str] = "ingest.offsite-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该系统外存储登记"


class OffsiteDiffersError(AppError):
    """What is announced is not the recording that was registered under this id; `fields` say where.

    Nothing of it is kept. Another film goes under a new id.
    """

    code: ClassVar[str] = "ingest.offsite-differs"
    status: ClassVar[HTTPStatus] = HTTPStatus.CONFLICT
    title: ClassVar[str] = "与系统外存储登记的音像资料不一致"

    def __init__(self, fields: Sequence[str]) -> None:
        super().__init__("请核对原件；其他音像资料请以新的编号上传", fields=list(fields))


class PointerUnknownError(AppError):
    """No such pointer, or one of another agency: the same answer."""

    code: ClassVar[str] = "ingest.pointer-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有找到该指引条目"


class DeviceClockUnknownError(AppError):
    """Nobody of the agency has read the clock of a device of this number."""

    code: ClassVar[str] = "ingest.device-clock-unknown"
    status: ClassVar[HTTPStatus] = HTTPStatus.NOT_FOUND
    title: ClassVar[str] = "没有该设备的对时记录"
