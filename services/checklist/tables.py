"""Rows of checklist's own database. Only store.py, app.py and migrations import this."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, BigInteger, MetaData, false
from sqlalchemy.orm import registry
from sqlmodel import Field

from common import inbox, outbox, rulebook
from common.db import NAMING, Rows, UtcDateTime
from common.fence import behind
from common.outbox import BIG_ID


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)


class ActivityRow(Base, table=True):
    """A copy from the catalogue's events."""

    __tablename__ = "activity"

    activity_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    case_id: UUID
    category: str
    stage: str
    officer_ids: list[str] = Field(sa_type=JSON)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MilestoneRow(Base, table=True):
    """The latest statement of each moment, and the moments stated before it."""

    __tablename__ = "milestone"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    activity_id: UUID = Field(primary_key=True)
    milestone: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    earlier: list[str] = Field(sa_type=JSON)


class ConditionRow(Base, table=True):
    """The latest statement of each condition."""

    __tablename__ = "condition"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    activity_id: UUID = Field(primary_key=True)
    condition: str = Field(primary_key=True)
    holds: bool


class LinkRow(Base, table=True):
    """A clip serves an activity, or did."""

    __tablename__ = "link"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    link_id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(index=True)
    clip_id: UUID = Field(index=True)
    ended: bool


class MarkRow(Base, table=True):
    """Insert-only."""

    __tablename__ = "mark"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    mark_id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(index=True)
    clip_id: UUID
    point: str
    offset_ms: int = Field(sa_type=BigInteger)


class RecordingRow(Base, table=True):
    """A copy from ingest's events: what the device said of a clip, here or elsewhere."""

    __tablename__ = "recording"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID | None
    sha256: str | None = Field(index=True)
    carrier: str
    recorded_start: datetime = Field(sa_type=UtcDateTime)
    recorded_end: datetime = Field(sa_type=UtcDateTime)
    is_offsite: bool = Field(sa_column_kwargs={"server_default": false()})


class EntryRow(Base, table=True):
    """A copy from ingest's events: a clip that was handed in once more. Insert-only."""

    __tablename__ = "entry"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    original_id: UUID = Field(index=True)
    """The clip whose bytes are kept; the entry has none of its own."""


class ProbeRow(Base, table=True):
    """A copy from ingest's events: what was read from a clip's bytes."""

    __tablename__ = "probe"
    __table_args__ = ({"info": behind("recording", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    decodable: bool
    duration_ms: int = Field(sa_type=BigInteger)
    has_picture: bool | None
    jumps: int | None = Field(sa_type=BigInteger)
    made_at: datetime | None = Field(sa_type=UtcDateTime)


class EvaluationRow(Base, table=True):
    """Every judgement that differed from the one before. Insert-only."""

    __tablename__ = "evaluation"
    __table_args__ = ({"sqlite_autoincrement": True, "info": behind("activity", "activity_id")},)

    position: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    evaluation_id: UUID = Field(unique=True)
    activity_id: UUID = Field(index=True)
    evaluated_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    act_on: date
    pack: str | None
    pack_sha256: str | None
    notice: str | None
    findings: list[dict[str, Any]] = Field(sa_type=JSON)


class ActivationRow(Base, table=True):
    """Who proposed and who confirmed that a pack rules."""

    __tablename__ = "activation"

    activation_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    pack: str
    sha256: str
    valid_from: date
    proposed_by: UUID
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: UUID | None
    confirmed_at: datetime | None = Field(sa_type=UtcDateTime)


class StaleRow(Base, table=True):
    """An activity to be judged anew because a pack came into force."""

    __tablename__ = "stale"
    __table_args__ = ({"info": behind("activity", "activity_id")},)

    activity_id: UUID = Field(primary_key=True)


OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
RULEBOOK = rulebook.tables(Base.metadata)
INSERT_ONLY: Final = (MarkRow, EvaluationRow, EntryRow)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
