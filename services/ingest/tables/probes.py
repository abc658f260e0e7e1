"""What is read from films, and made of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger
from sqlmodel import Field

from common.db import UtcDateTime
from common.fence import behind
from ingest.tables.base import Base


class UnprobedRow(Base, table=True):
    """A clip that waits for its probe; the row goes in the transaction that keeps the facts."""

    __tablename__ = "unprobed"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    unavailable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was announced as unavailable, if that holds."""
    tries: int = 0
    """How often in a row its bytes could not be opened."""
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it is tried again, if it could not be opened."""
    taken_by: int | None = None
    """The replica that is at it."""
    taken_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """From then on that replica is taken for dead."""


class FactsRow(Base, table=True):
    """What the probe read. Insert-only."""

    __tablename__ = "facts"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    decodable: bool
    duration_ms: int = Field(sa_type=BigInteger)
    width: int
    height: int
    video_codec: str | None
    audio_codec: str | None
    frame_rate_milli: int = Field(sa_type=BigInteger)
    made_at: datetime | None = Field(sa_type=UtcDateTime)
    jumps: int
    container: str | None
    tracks: list[dict[str, Any]] | None = Field(sa_type=JSON(none_as_null=True))
    breaks: list[dict[str, int]] | None = Field(sa_type=JSON(none_as_null=True))
    missing_ms: int | None = Field(sa_type=BigInteger)
    filmed_ms: int | None = Field(sa_type=BigInteger)
    made_at_local: str | None
    black: str | None
    silent: str | None
    pictures_seen: int | None
    heard_ms: int | None = Field(sa_type=BigInteger)


class UnderivedRow(Base, table=True):
    """A derivative that is to be made, or could not be; the row goes when it is kept."""

    __tablename__ = "underived"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    recipe: str
    place: int
    """In which order those of a clip are made."""
    tries: int = 0
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    is_given_up: bool = False
    taken_by: int | None = None
    taken_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """As of a clip that waits for its probe."""


class DerivativeRow(Base, table=True):
    """What was made of an original. Insert-only."""

    __tablename__ = "derivative"
    __table_args__ = ({"info": behind("clip", "clip_id")},)

    clip_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    recipe: str
    maker: str
    parent_sha256: str
    sha256: str
    size_bytes: int = Field(sa_type=BigInteger)
    made_at: datetime = Field(sa_type=UtcDateTime)
