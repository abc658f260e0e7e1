"""What forbids that films are removed, whatever their locks: holds of the cases that they serve."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from common.db import UtcDateTime
from common.fence import behind
from ingest.tables.base import Base


class CaseHoldRow(Base, table=True):
    """A copy from retention's events: a hold on a case; released, it stays."""

    __tablename__ = "case_hold"

    hold_id: UUID = Field(primary_key=True)
    agency_id: UUID
    case_id: UUID = Field(index=True)
    is_released: bool


class CaseClipRow(Base, table=True):
    """A copy from catalog's events: a clip serves a case, or did once. Insert-only."""

    __tablename__ = "case_clip"

    clip_id: UUID = Field(primary_key=True)
    case_id: UUID = Field(primary_key=True, index=True)
    agency_id: UUID
    """The case's, which need not be the clip's: an act may be entrusted."""


class ClipHoldRow(Base, table=True):
    """Whether a clip is held, once it was, and what the store of objects knows of it."""

    __tablename__ = "clip_hold"
    __table_args__ = (
        Index(
            "ix_clip_hold_unapplied",
            "clip_id",
            sqlite_where=text("NOT is_applied"),
            postgresql_where=text("NOT is_applied"),
        ),
        {"info": behind("clip", "clip_id")},
    )

    clip_id: UUID = Field(primary_key=True)
    is_held: bool
    """Whether a hold stands on a case that it serves or did."""
    is_applied: bool
    """Whether the store of objects has been told."""
    held_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the store, asked, had it, if it was not told otherwise since."""
    taken_by: int | None = None
    taken_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """As of a clip that waits for its probe."""
