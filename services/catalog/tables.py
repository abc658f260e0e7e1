"""Rows of catalog's own database. Only store.py, app.py and migrations import this."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field

from common import inbox, outbox, rulebook
from common.db import NAMING, Rows, UtcDateTime
from common.fence import behind
from common.outbox import BIG_ID


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)


class CaseRow(Base, table=True):
    """Its end and its archiving are written once each; nothing else changes."""

    __tablename__ = "case"

    case_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    unit_id: UUID
    name: str
    cause: str
    category: str
    party_name: str
    party_kind: str
    provisional_no: str | None
    case_no: str | None
    opened_by: UUID
    opened_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    ended_on: date | None = None
    traits: list[str] = Field(sa_type=JSON)
    ended_by: UUID | None = None
    archived_on: date | None = None
    archived_by: UUID | None = None


class ActivityRow(Base, table=True):
    """Insert-only."""

    __tablename__ = "activity"

    activity_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    agency_id: UUID
    stage: str
    place: str
    officers: list[str] = Field(sa_type=JSON)
    acted_on: date | None
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MilestoneRow(Base, table=True):
    """Insert-only; the last row of a name counts."""

    __tablename__ = "milestone"
    __table_args__ = ({"sqlite_autoincrement": True, "info": behind("activity", "activity_id")},)

    position: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    activity_id: UUID = Field(index=True)
    name: str
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str | None
    stated_by: UUID
    stated_at: datetime = Field(sa_type=UtcDateTime)


class ConditionRow(Base, table=True):
    """Insert-only; the last row of a name counts."""

    __tablename__ = "condition"
    __table_args__ = ({"sqlite_autoincrement": True, "info": behind("activity", "activity_id")},)

    position: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    activity_id: UUID = Field(index=True)
    name: str
    holds: bool
    stated_by: UUID
    stated_at: datetime = Field(sa_type=UtcDateTime)


class ClipRow(Base, table=True):
    """A copy from ingest's events."""

    __tablename__ = "clip"
    __table_args__ = (Index("ix_clip_recorded", "agency_id", "recorded_start", "clip_id"),)

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    unit_id: UUID | None = None
    carrier: str | None = None
    recorded_start: datetime | None = Field(default=None, sa_type=UtcDateTime)
    recorded_end: datetime | None = Field(default=None, sa_type=UtcDateTime)
    filmed_by: UUID | None = None
    uploaded_by: UUID | None = None
    is_quarantined: bool
    decodable: bool | None = None
    duration_ms: int | None = Field(default=None, sa_type=BigInteger)
    original_id: UUID | None = Field(default=None, index=True)
    storage_device_id: UUID | None = None


class StorageDeviceRow(Base, table=True):
    """A copy from ingest's events: a device on which recordings lie outside this system."""

    __tablename__ = "storage_device"

    storage_device_id: UUID = Field(primary_key=True)
    agency_id: UUID
    kind: str | None
    keeper_id: UUID


class KnownUnitRow(Base, table=True):
    """A copy from identity's events."""

    __tablename__ = "known_unit"

    unit_id: UUID = Field(primary_key=True)
    agency_id: UUID


class KnownAccountRow(Base, table=True):
    """A copy from identity's events: nothing that says who the person is."""

    __tablename__ = "known_account"

    account_id: UUID = Field(primary_key=True)
    agency_id: UUID
    unit_id: UUID | None
    roles: list[str] = Field(sa_type=JSON)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LinkRow(Base, table=True):
    """Insert-only, but for its one end."""

    __tablename__ = "link"
    __table_args__ = ({"info": behind("case", "case_id")},)

    link_id: UUID = Field(primary_key=True)
    clip_id: UUID = Field(index=True)
    activity_id: UUID = Field(index=True)
    case_id: UUID = Field(index=True)
    linked_by: UUID
    linked_at: datetime = Field(sa_type=UtcDateTime)
    ended_by: UUID | None = None
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MarkRow(Base, table=True):
    """Insert-only."""

    __tablename__ = "mark"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    mark_id: UUID = Field(primary_key=True)
    clip_id: UUID = Field(index=True)
    activity_id: UUID = Field(index=True)
    point: str
    offset_ms: int = Field(sa_type=BigInteger)
    added_by: UUID
    added_at: datetime = Field(sa_type=UtcDateTime)


OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
RULEBOOK = rulebook.tables(Base.metadata)
INSERT_ONLY: Final = (ActivityRow, MilestoneRow, ConditionRow, MarkRow)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
