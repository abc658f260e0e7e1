"""What a kept clip and its lock are. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.ingest import DerivativeKind, LockMode
from ingest.domain.announcement import Announcement
from ingest.domain.derivative import Derivative
from ingest.domain.facts import Facts
from ingest.domain.holding import Held
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
class Taken:
    """The lock that the store had when it was last told of one and asked."""

    until: datetime
    mode: LockMode
    version: str | None
    """What the store calls the very bytes; None in a folder, where a name has only ever one."""
    at: datetime

    @property
    def ends_on(self) -> date:
        """The first day in Asia/Shanghai on all of which it is over."""
        ends = self.until.astimezone(LEGAL_TIME)
        is_midnight = ends.time() == time.min
        return ends.date() if is_midnight else ends.date() + timedelta(days=1)


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
    """What the law and its cases say."""
    derivatives: Sequence[Derivative]
    not_derived: Sequence[DerivativeKind]
    """What could not be made, after several tries."""
    proof: Proof
    held: Held
    digest_unconfirmed: bool = False
    """Whether nobody but us has said what its bytes are."""
    said_sha256: str | None = None
    """What its client said they are, rightly or wrongly."""
    original_id: UUID | None = None
    """Whose bytes these are, where this clip was handed in again."""
    taken: Taken | None = None
    """What the store has of it."""

    @property
    def locked_until(self) -> date | None:
        """The first day on which nothing forbids that its bytes are removed, unless for ever."""
        said = [self.lock.until] if self.lock.until else []
        if self.taken and not self.lock.for_ever:
            said.append(self.taken.ends_on)
        return max(said, default=None)


@dataclass(frozen=True)
class Original:
    """A clip's bytes in the store."""

    agency_id: UUID
    clip_id: UUID
    sha256: str
    version: str | None
    """What the store calls the very bytes, where that was written down when they were kept."""


@dataclass(frozen=True)
class LockedClip:
    """A clip's bytes, and the lock that the store is to have of them."""

    original: Original
    lock: Lock

    @property
    def clip_id(self) -> UUID:
        return self.original.clip_id
