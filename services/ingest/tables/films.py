"""Films on their way and kept."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, false, text
from sqlmodel import Field

from common.db import UtcDateTime
from common.fence import behind
from ingest.tables.base import Base


class AnnouncementRow(Base, table=True):
    """What was said of a clip before its first byte. Insert-only."""

    __tablename__ = "announcement"
    __table_args__ = (
        Index("ix_announcement_sha256", "sha256"),
        Index("ix_announcement_device", "device_no", "recorded_end"),
        {"info": behind("upload", "clip_id")},
    )

    clip_id: UUID = Field(primary_key=True)
    sha256: str | None
    """None: it was not known then; `said_digest` may have it by now."""
    recorded_start: datetime = Field(sa_type=UtcDateTime)
    recorded_end: datetime = Field(sa_type=UtcDateTime)
    carrier: str
    filmed_by: UUID
    device_no: str
    filename: str
    filetype: str
    unit_id: UUID | None
    secrecy: str
    extras: dict[str, object] | None = Field(default=None, sa_type=JSON)
    """What need not be said, as far as it was. None: it was announced before it could be."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was first announced, however often its upload began anew."""


class SaidDigestRow(Base, table=True):
    """The digest of a film that was announced without one, as its client said it. Insert-only."""

    __tablename__ = "said_digest"
    __table_args__ = ({"info": behind("upload", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    sha256: str
    said_by: UUID
    said_at: datetime = Field(sa_type=UtcDateTime)


class UploadRow(Base, table=True):
    """How far an upload is. Kept when it is done: a client may ask again after a lost answer."""

    __tablename__ = "upload"
    __table_args__ = (
        Index(
            "ix_upload_received",
            "state",
            sqlite_where=text("state = 'received'"),
            postgresql_where=text("state = 'received'"),
        ),
        Index(
            "ix_upload_unfinished",
            "agency_id",
            "uploaded_by",
            "created_at",
            sqlite_where=text("state IN ('receiving', 'part')"),
            postgresql_where=text("state IN ('receiving', 'part')"),
        ),
        Index(
            "ix_upload_moved",
            "moved_at",
            sqlite_where=text("state IN ('receiving', 'part')"),
            postgresql_where=text("state IN ('receiving', 'part')"),
        ),
        # Partial, so that SQLite does not take it where the unfinished ones are asked for.
        Index(
            "ix_upload_begun",
            "agency_id",
            "created_at",
            sqlite_where=text("state != 'joined'"),
            postgresql_where=text("state != 'joined'"),
        ),
    )

    upload_id: str = Field(primary_key=True)
    clip_id: UUID = Field(unique=True)
    agency_id: UUID
    uploaded_by: UUID
    size_bytes: int | None = Field(sa_type=BigInteger)  # 32 bits would end at 2 GiB
    offset: int = Field(sa_type=BigInteger)
    state: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    moved_at: datetime = Field(sa_type=UtcDateTime)
    """When its last byte came, or when it began."""
    concat: str | None
    running_maker: str | None = None
    running_state: bytes | None = None
    """The SHA-256 of the first `offset` bytes, and the library that can go on with it. ADR 0021."""
    device_no: str | None = None
    """As announced; of a part nobody has said it."""
    metadata_said: str | None = None
    """`Upload-Metadata` as the client said it. None: nothing, or it was before this was kept."""


class ClipRow(Base, table=True):
    """A film whose bytes are kept. Insert-only."""

    __tablename__ = "clip"
    __table_args__ = (Index("ix_clip_sha256", "agency_id", "sha256"),)

    clip_id: UUID = Field(primary_key=True)
    agency_id: UUID
    sha256: str
    size_bytes: int = Field(sa_type=BigInteger)
    state: str
    """As it was kept: a digest said later may disagree with `sha256`, and then it is apart."""
    kept_at: datetime = Field(sa_type=UtcDateTime)
    object_version: str | None
    """What the store calls these very bytes, where it has a name for them."""
    read_back_sha256: str | None
    """Of what the store gave back before the film was announced as kept, if it was asked to."""
    read_back_bytes: int | None = Field(sa_type=BigInteger)
    read_back_at: datetime | None = Field(sa_type=UtcDateTime)


class LockRow(Base, table=True):
    """Until when a clip's bytes may not be removed. Only ever extended."""

    __tablename__ = "clip_lock"
    __table_args__ = (
        Index(
            "ix_clip_lock_unapplied",
            "clip_id",
            sqlite_where=text("NOT is_applied"),
            postgresql_where=text("NOT is_applied"),
        ),
        {"info": behind("clip", "clip_id")},
    )

    clip_id: UUID = Field(primary_key=True)
    until: date | None
    for_ever: bool
    is_applied: bool = Field(sa_column_kwargs={"server_default": false()})
    """Whether the store of objects has been told."""
    taken_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Until when the store, asked, says that it is locked; None: it was never asked."""
    taken_mode: str | None = None
    taken_version: str | None = None
    """What the store calls the bytes that it locked, where it has a name for them."""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was asked."""


class DoubtRow(Base, table=True):
    """A film that was placed in the store and could not be proved there; until it can."""

    __tablename__ = "doubt"
    __table_args__ = ({"info": behind("upload", "upload_id")},)

    upload_id: str = Field(primary_key=True)
    doubt: str
    tries: int
    due_at: datetime = Field(sa_type=UtcDateTime)
    """When it is placed again."""


class ResubmissionRow(Base, table=True):
    """A clip handed in once more under another id, without bytes of its own. Insert-only."""

    __tablename__ = "resubmission"

    clip_id: UUID = Field(primary_key=True)
    """The other id."""
    agency_id: UUID
    original_id: UUID
    is_compared: bool
    """Whether its bytes came, too."""
    resubmitted_at: datetime = Field(sa_type=UtcDateTime)


class ClosedAccountRow(Base, table=True):
    """A copy from identity's events. Insert-only."""

    __tablename__ = "closed_account"

    account_id: UUID = Field(primary_key=True)
    agency_id: UUID
    closed_at: datetime = Field(sa_type=UtcDateTime)
