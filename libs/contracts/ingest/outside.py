"""What ingest announces of what lies outside, and of the clocks of what films."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from common.events import Count, Event, Sha256
from contracts.ingest.films import Carrier


class StorageKind(StrEnum):
    """The kind of device on which recordings may lie outside this system."""

    WORKSTATION = "workstation"  # 采集工作站
    SERVER = "server"  # 存储服务器
    DISK_ARRAY = "disk_array"  # 磁盘阵列
    HARD_DISK = "hard_disk"  # 移动硬盘
    DISC = "disc"  # 光盘
    MEMORY_CARD = "memory_card"  # 存储卡


class NumbersFrom(StrEnum):
    """Who tells the numbers that a device gave its files."""

    MANIFEST = "manifest"  # 卡内清单
    FILE_NAME = "file_name"  # 文件名


class StorageDeviceRegistered(Event):
    """An agency designates a device on which recordings may lie outside this system."""

    type: ClassVar[str] = "ingest.storage_device.registered.v1"
    key: ClassVar[str] = "storage_device_id"

    storage_device_id: UUID
    kind: StorageKind
    keeper_id: UUID
    in_use_from: AwareDatetime
    registered_by: UUID


class StorageDeviceKeeperChanged(Event):
    """Somebody else keeps a device from now on; one person asked for it, another authorised it."""

    type: ClassVar[str] = "ingest.storage_device.keeper_changed.v1"
    key: ClassVar[str] = "storage_device_id"

    storage_device_id: UUID
    request_id: UUID
    from_keeper_id: UUID
    to_keeper_id: UUID
    requested_by: UUID
    requested_at: AwareDatetime
    authorised_by: UUID
    authorised_at: AwareDatetime


class StorageDeviceRetired(Event):
    """A device is taken out of use for good; no recording lies on it alone any more."""

    type: ClassVar[str] = "ingest.storage_device.retired.v1"
    key: ClassVar[str] = "storage_device_id"

    storage_device_id: UUID
    retired_by: UUID


class ClipRegisteredOffsite(Event):
    """A recording lies outside this system, on a designated storage device, and is described here.

    Its digest and times are what was said of it, and nobody here has read its bytes. Whoever uses
    `ClipStored` for these fields may use this for the same. A `ClipStored` of the same clip means
    that the very bytes were brought in, a `ClipQuarantined` that others were sent for them, which
    says nothing against the recording.
    """

    type: ClassVar[str] = "ingest.clip.registered_offsite.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256
    size_bytes: Count
    carrier: Carrier
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    filmed_by: UUID
    registered_by: UUID
    unit_id: UUID | None
    device_id: UUID
    """Of the device that filmed: UUIDv5 of its number under the agency's id."""
    storage_device_id: UUID


class ClipMovedOffsite(Event):
    """A recording that lies outside this system lies on another storage device from now on."""

    type: ClassVar[str] = "ingest.clip.moved_offsite.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    from_storage_device_id: UUID
    to_storage_device_id: UUID
    moved_by: UUID


class ClipPointerRegistered(Event):
    """A recording exists that is a state secret and never enters; the agency knows where it is.

    It keeps a duty from looking unmet. Where it is kept, and by whom, is told to few, and not here.
    """

    type: ClassVar[str] = "ingest.clip.pointer_registered.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    sha256: Sha256 | None
    carrier: Carrier
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    filmed_by: UUID
    registered_by: UUID
    unit_id: UUID | None


class DeviceClockRead(Event):
    """The clock of a device that films was set against ours: an assertion beside its recordings.

    No recording's times change by it. The assertion is signed as every event is, as a leaf of the
    audit log, and whole: with `read_at` the fields below give `offset_ms` (`device_time - read_at`)
    and `uncertainty_ms` (half of the round trip, rounded up, the clock's step, and 1) once more.
    """

    type: ClassVar[str] = "ingest.device_clock.read.v1"
    key: ClassVar[str] = "device_id"

    reading_id: UUID
    device_id: UUID
    """UUIDv5 of the device's number under the agency's id."""
    offset_ms: int
    """How far the device was ahead; below 0, behind."""
    uncertainty_ms: Count
    read_at: AwareDatetime
    """By our own clock."""
    is_doubtful: bool
    """So far off that the clock was set wrongly or reset: a person must look."""
    reported_by: UUID
    device_time: AwareDatetime | None = None
    """What the device's clock said. None, here and below: the event is older than the field."""
    read_ago_ms: Count | None = None
    """How long before it was sent, by the stopwatch of whoever read it."""
    round_trip_ms: Count | None = None
    """How long an exchange with us took just before; half of it passed on the way to us."""
    resolution_ms: Count | None = None
    """The step of the device's clock."""


class CardReported(Event):
    """A dock tells of one device's files on a card, and how many of its numbers have no file.

    A number that is missing may mean that somebody picked; which ones are missing, and of which
    device, the agency is shown. A card that was not wiped and comes again is told again.
    """

    type: ClassVar[str] = "ingest.card.reported.v1"
    key: ClassVar[str] = "device_id"

    report_id: UUID
    device_id: UUID
    """UUIDv5 of the device's number under the agency's id."""
    numbers_from: NumbersFrom
    files: Count
    gaps: Count
    missing: Count
    """How many numbers there are in all gaps."""
    gaps_sha256: Sha256
    """Of the gaps as `first-last`, a line for each, in the order in which they were told."""
    reported_by: UUID
