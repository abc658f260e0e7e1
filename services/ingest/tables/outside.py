"""What lies outside this system, who keeps it, and the clocks of what films."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from common.db import UtcDateTime
from common.fence import behind
from ingest.tables.base import Base


class StorageDeviceRow(Base, table=True):
    """A storage device that an agency has designated. Insert-only."""

    __tablename__ = "storage_device"
    __table_args__ = (UniqueConstraint("agency_id", "number"),)

    storage_device_id: UUID = Field(primary_key=True)
    agency_id: UUID
    kind: str
    number: str
    place: str
    first_keeper_id: UUID
    in_use_from: datetime = Field(sa_type=UtcDateTime)
    registered_by: UUID
    registered_at: datetime = Field(sa_type=UtcDateTime)


class KeeperRequestRow(Base, table=True):
    """What was asked for; a change only once it is authorised. Insert-only."""

    __tablename__ = "keeper_request"
    __table_args__ = ({"info": behind("storage_device", "storage_device_id")},)

    request_id: UUID = Field(primary_key=True)
    storage_device_id: UUID = Field(index=True)
    from_keeper_id: UUID
    to_keeper_id: UUID
    requested_by: UUID
    requested_at: datetime = Field(sa_type=UtcDateTime)


class KeeperChangeRow(Base, table=True):
    """A request that was authorised. Insert-only."""

    __tablename__ = "keeper_change"
    __table_args__ = (
        UniqueConstraint("storage_device_id", "number"),
        {"info": behind("storage_device", "storage_device_id")},
    )

    request_id: UUID = Field(primary_key=True)
    storage_device_id: UUID
    number: int
    authorised_by: UUID
    authorised_at: datetime = Field(sa_type=UtcDateTime)


class RetirementRow(Base, table=True):
    """A storage device that is out of use. Insert-only."""

    __tablename__ = "storage_device_retirement"
    __table_args__ = ({"info": behind("storage_device", "storage_device_id")},)

    storage_device_id: UUID = Field(primary_key=True)
    retired_by: UUID
    retired_at: datetime = Field(sa_type=UtcDateTime)


class OffsiteClipRow(Base, table=True):
    """A recording that lies outside this system, as it was registered. Insert-only."""

    __tablename__ = "offsite_clip"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    sha256: str
    size_bytes: int = Field(sa_type=BigInteger)
    recorded_start: datetime = Field(sa_type=UtcDateTime)
    recorded_end: datetime = Field(sa_type=UtcDateTime)
    carrier: str
    device_no: str
    filmed_by: UUID
    officers: list[str] = Field(sa_type=JSON)
    place: str
    unit_id: UUID | None
    secrecy: str
    registered_by: UUID
    registered_at: datetime = Field(sa_type=UtcDateTime)


class PlacementRow(Base, table=True):
    """On which storage device such a recording lies, since when. Insert-only."""

    __tablename__ = "offsite_placement"
    __table_args__ = (
        UniqueConstraint("clip_id", "number"),
        {"info": behind("offsite_clip", "clip_id")},
    )

    placement_id: UUID = Field(primary_key=True)
    clip_id: UUID
    number: int
    storage_device_id: UUID = Field(index=True)
    placed_by: UUID
    placed_at: datetime = Field(sa_type=UtcDateTime)


class PointerRow(Base, table=True):
    """Where a recording is kept that may not enter at all. Insert-only."""

    __tablename__ = "clip_pointer"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    kept_at: str
    keeper_id: UUID
    sha256: str | None
    recorded_start: datetime = Field(sa_type=UtcDateTime)
    recorded_end: datetime = Field(sa_type=UtcDateTime)
    carrier: str
    filmed_by: UUID
    unit_id: UUID | None
    registered_by: UUID
    registered_at: datetime = Field(sa_type=UtcDateTime)


class ClockReadingRow(Base, table=True):
    """What the clock of a device that films said, beside our own. Insert-only."""

    __tablename__ = "clock_reading"
    __table_args__ = (
        Index("ix_clock_reading_near", "agency_id", "device_id", "is_doubtful", "device_ms"),
    )

    reading_id: UUID = Field(primary_key=True)
    agency_id: UUID
    device_id: UUID
    device_no: str
    device_ms: int = Field(sa_type=BigInteger)
    """Since 1970 in UTC: a clock that was never set may say what no database takes for a time."""
    read_ago_ms: int
    round_trip_ms: int
    resolution_ms: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime = Field(sa_type=UtcDateTime)
    offset_ms: int = Field(sa_type=BigInteger)
    uncertainty_ms: int
    is_doubtful: bool
    reported_by: UUID
