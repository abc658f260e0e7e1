"""Rows of retention's own database. Only store.py, app.py and migrations import this."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import JSON, MetaData
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
    """A copy from the catalogue's events, with the latest proposal about it."""

    __tablename__ = "case_file"

    case_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    unit_id: UUID | None
    category: str | None
    ended_on: date | None
    traits: list[str] = Field(sa_type=JSON)
    archived_on: date | None
    class_id: str | None
    rule_id: str | None
    pack: str | None
    pack_sha256: str | None


class ConfirmationRow(Base, table=True):
    """A class decided by people. Insert-only; a later one of a case is always a longer one."""

    __tablename__ = "confirmation"
    __table_args__ = ({"info": behind("case_file", "case_id")},)

    case_id: UUID = Field(primary_key=True)
    class_id: str = Field(primary_key=True)
    rule_id: str
    confirmed_by: UUID
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class ClipRow(Base, table=True):
    """A clip of which ingest or the catalogue has told."""

    __tablename__ = "clip"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    recorded_on: date | None


class LinkRow(Base, table=True):
    """A copy of the catalogue's links. Insert-only: their end changes nothing here."""

    __tablename__ = "link"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    link_id: UUID = Field(primary_key=True)
    clip_id: UUID = Field(index=True)
    case_id: UUID = Field(index=True)


class ScheduleRow(Base, table=True):
    """The longest schedule that a case has given a clip. Only ever replaced by a longer one."""

    __tablename__ = "schedule"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    case_id: UUID
    class_id: str
    rule_id: str
    citation: str
    pack_sha256: str
    keep_until: date | None


class HoldRow(Base, table=True):
    """A hold; released, it stays."""

    __tablename__ = "hold"
    __table_args__ = ({"info": behind("case_file", "case_id")},)

    hold_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(index=True)
    mandate: str
    placed_by: UUID
    placed_at: datetime = Field(sa_type=UtcDateTime)
    released_by: UUID | None
    released_at: datetime | None = Field(sa_type=UtcDateTime)


class DisposalRow(Base, table=True):
    """A request to dispose of a clip and its answer. Insert-only; the last row of an id counts."""

    __tablename__ = "disposal"
    __table_args__ = ({"sqlite_autoincrement": True, "info": behind("clip", "clip_id")},)

    position: int | None = Field(default=None, primary_key=True, sa_type=BIG_ID)
    disposal_id: UUID = Field(index=True)
    clip_id: UUID = Field(index=True)
    asked_by: UUID
    reason: str | None
    rule_id: str
    citation: str | None
    text: str
    pack_sha256: str | None
    answered_at: datetime = Field(sa_type=UtcDateTime)


OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
RULEBOOK = rulebook.tables(Base.metadata)
INSERT_ONLY: Final = (ConfirmationRow, LinkRow, DisposalRow)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
