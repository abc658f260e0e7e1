"""What ingest announces of a clip's record and its duties."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from common.events import Code, Count, Event, Sha256


class IndexField(StrEnum):
    """What a clip is filed under. The words themselves stay in ingest's own database."""

    AGENCY = "agency"  # 执法机构
    UNIT = "unit"  # 承办机构
    DEVICE_NO = "device_no"  # 设备编号
    DEVICE_BRAND = "device_brand"  # 品牌
    DEVICE_MODEL = "device_model"  # 型号
    OFFICERS = "officers"  # 执法人员
    FILMED_BY = "filmed_by"  # 摄录人员
    PROVISIONAL_NO = "provisional_no"  # 暂编号, while there is no case yet
    CASE_NO = "case_no"  # 案号
    CASE_NAME = "case_name"  # 案件名称
    PARTY_NAME = "party_name"  # 当事人姓名或者单位名称
    CAUSE = "cause"  # 案由
    RECORDED = "recorded"  # 摄录起止时间
    STORED = "stored"  # 存储日期
    PLACE = "place"  # 摄录地点
    CARRIER = "carrier"  # 记录载体
    FILE_NAME = "file_name"  # 文件名称
    REMARKS = "remarks"  # 备注


class ClipCompleted(Event):
    """Somebody added to what a clip is filed under. What was said before stands beside it."""

    type: ClassVar[str] = "ingest.clip.completed.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    entry_id: UUID
    completed_by: UUID
    given: tuple[IndexField, ...]
    """Of which something was said in this entry."""
    missing: tuple[IndexField, ...] | None
    """What the pack in force demands and is not said yet. None: no pack rules it."""
    indexed_at: AwareDatetime | None
    """Since when everything the pack demands is said; None while something is missing."""
    pack_sha256: Sha256 | None


class ClipHandedOver(Event):
    """A custodian acknowledged that a clip was handed over (移交)."""

    type: ClassVar[str] = "ingest.clip.handed_over.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    received_by: UUID
    handed_over_at: AwareDatetime


class ReturnDeclared(Event):
    """Somebody declared when those who filmed came back, because they could not store in time."""

    type: ClassVar[str] = "ingest.return.declared.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    return_id: UUID
    returned_at: AwareDatetime
    reason: Code
    """From the pack's own list."""
    declared_by: UUID
    pack_sha256: Sha256


class ReturnConfirmed(Event):
    """Another person confirmed a declared return; from now on it counts."""

    type: ClassVar[str] = "ingest.return.confirmed.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    return_id: UUID
    confirmed_by: UUID


class DutyDueSoon(Event):
    """A duty about a clip is about to run out, by a rule of the pack in force. Told once."""

    type: ClassVar[str] = "ingest.duty.due_soon.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    rule_id: Code
    due_at: AwareDatetime
    pack_sha256: Sha256
    due_latest_at: AwareDatetime | None = None
    """`due_at` is the strict end; when it may be due at the latest, by the device's clock and by
    the laws that may rule. Where one of these asks for nothing, no lateness is ever told."""
    due_lenient_at: AwareDatetime | None = None
    """When it is due if the law is read more leniently, which nobody has settled; from the same
    start as `due_at`. None: it is read in one way only, or the event is older than the field."""


class DutyOverdue(Event):
    """A duty about a clip was not done in time, whether or not it was done since. Told once."""

    type: ClassVar[str] = "ingest.duty.overdue.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    rule_id: Code
    due_at: AwareDatetime
    late_ms: Count
    """When it was told, or when it was done where that was before."""
    pack_sha256: Sha256
    due_latest_at: AwareDatetime | None = None
    """`due_at` is the strict end; when it may be due at the latest, by the device's clock and the
    laws that may rule, and from when `late_ms` counts. None, here and above: as `due_at`, or
    the event is older than the field."""
    due_lenient_at: AwareDatetime | None = None
    """As of `DutyDueSoon`. It may lie after the event: the strict end is the one that warns."""
