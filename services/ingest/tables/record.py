"""What is said of a clip later, and what the law asks of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, false, text
from sqlmodel import Field

from common.db import UtcDateTime
from common.fence import behind
from ingest.tables.base import Base


class CompletionRow(Base, table=True):
    """Something said later of what a clip is filed under. Insert-only."""

    __tablename__ = "completion"
    __table_args__ = ({"info": behind("upload", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    entry_id: UUID = Field(primary_key=True)
    place: int
    """Among the clip's own, from 1."""
    said_by: UUID
    said_at: datetime = Field(sa_type=UtcDateTime)
    said: dict[str, object] = Field(sa_type=JSON)


class ReturnRow(Base, table=True):
    """When those who filmed came back, as somebody declared. Insert-only."""

    __tablename__ = "declared_return"
    __table_args__ = ({"info": behind("upload", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    return_id: UUID = Field(primary_key=True)
    returned_at: datetime = Field(sa_type=UtcDateTime)
    reason: str
    declared_by: UUID
    declared_at: datetime = Field(sa_type=UtcDateTime)


class ReturnConfirmationRow(Base, table=True):
    """Another person's word that a declared return is right. Insert-only."""

    __tablename__ = "return_confirmation"
    __table_args__ = ({"info": behind("upload", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    return_id: UUID = Field(primary_key=True)
    confirmed_by: UUID
    confirmed_at: datetime = Field(sa_type=UtcDateTime)


class HandOverRow(Base, table=True):
    """A custodian's word that a clip was handed over. Insert-only."""

    __tablename__ = "hand_over"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    received_by: UUID
    handed_over_at: datetime = Field(sa_type=UtcDateTime)


class QuarantineReviewRow(Base, table=True):
    """What a person found of a film that was quarantined, and why. Insert-only."""

    __tablename__ = "quarantine_review"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    review_id: UUID = Field(primary_key=True)
    place: int
    """Among the clip's own, from 1; the last one counts."""
    finding: str
    reason: str
    replaced_by: UUID | None
    reviewed_by: UUID
    reviewed_at: datetime = Field(sa_type=UtcDateTime)


class DutyRow(Base, table=True):
    """How a duty about a clip stood when something about it last changed, and what was told."""

    __tablename__ = "duty"
    __table_args__ = (
        Index(
            "ix_duty_next",
            "next_at",
            sqlite_where=text("next_at IS NOT NULL"),
            postgresql_where=text("next_at IS NOT NULL"),
        ),
        Index(
            "ix_duty_open",
            "agency_id",
            "due_at",
            "duty_id",
            sqlite_where=text("is_open"),
            postgresql_where=text("is_open"),
        ),
    )

    clip_id: UUID = Field(primary_key=True)
    rule_id: str = Field(primary_key=True)
    duty_id: UUID = Field(unique=True)
    """Made of both, for pages."""
    agency_id: UUID
    unit_id: UUID | None
    pack_sha256: str
    warn_at: datetime | None = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    is_open: bool
    """Whether it is still to be done, in time or late."""
    next_at: datetime | None = Field(sa_type=UtcDateTime)
    """After which it must be looked at again."""
    is_soon_told: bool
    is_overdue_told: bool
    due_latest_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it may have been due at the latest. None: as `due_at`, which is the strict end."""
    due_lenient_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it is due if the law is read more leniently. None: it is not, or it is older."""
    is_disputed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether another law that may have ruled never holds it for late."""


class UnjudgedRow(Base, table=True):
    """A clip whose duties are to be computed anew, because the law that rules it changed."""

    __tablename__ = "unjudged"

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
