"""What a kept clip and its lock are. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.ingest import DerivativeKind
from ingest.domain.announcement import Announcement
from ingest.domain.derivative import Derivative
from ingest.domain.facts import Facts
from ingest.domain.keeping import Proof
from ingest.domain.upload import UploadState

LEGAL_TIME: Final = ZoneInfo("Asia/Shanghai")


FOR_EVER: Final = timedelta(days=36525)
"""How long a store is asked to lock what is kept for ever: 100 years, since S3 wants a date."""


@dataclass(frozen=True)
class Lock:
    """Until when a clip's bytes may not be removed. It is only ever extended."""

    until: date | None = None
    """First day on which they may, in Asia/Shanghai."""
    for_ever: bool = False

    def ends_at(self, now: datetime) -> datetime | None:
        """When a store may let go, if it is told now; None if nothing binds it."""
        if self.for_ever:
            return now + FOR_EVER
        return self.until and datetime.combine(self.until, time.min, LEGAL_TIME)

    def extended(self, keep_until: date | None) -> Self:
        """The lock that also holds until `keep_until`, or for ever if that is None."""
        if keep_until is None or self.for_ever:
            return type(self)(self.until, for_ever=True)
        return type(self)(max(self.until or keep_until, keep_until))


@dataclass(frozen=True)
class Clip:
    """A film whose original bytes are kept."""

    clip_id: UUID
    agency_id: UUID
    sha256: str
    """Of the bytes that are kept."""
    size_bytes: int
    state: UploadState
    announced: Announcement
    facts: Facts | None
    lock: Lock
    derivatives: Sequence[Derivative]
    not_derived: Sequence[DerivativeKind]
    """What could not be made, after several tries."""
    proof: Proof
    digest_unconfirmed: bool = False
    """Whether nobody but us has said what its bytes are."""
    original_id: UUID | None = None
    """Whose bytes these are, where this clip was handed in again."""


@dataclass(frozen=True)
class LockedClip:
    """A kept film, and the lock its store is to have."""

    clip_id: UUID
    sha256: str
    version: str | None
    """What the store calls the bytes that were proved; None: it has no name for them."""
    lock: Lock
