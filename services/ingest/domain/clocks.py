"""The instants of a clip that duties are about. Each is kept apart; none overwrites another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.ingest import IndexField, TimeOrigin
from ingest.domain.device_clocks import MS, Estimate
from ingest.domain.index import Entry, Index


class ClipState(StrEnum):
    """What became of a clip of which something is still to be done."""

    AWAITED = "awaited"  # not all of it is here
    ENDED = "ended"  # its upload was terminated or has expired
    QUARANTINED = "quarantined"
    STORED = "stored"
    OFFSITE = "offsite"  # it lies on a designated storage device and was not announced here


@dataclass(frozen=True)
class Told:
    """An instant, and by whom and when it was told."""

    at: datetime
    by: UUID | None
    """None: by this system."""
    told_at: datetime


@dataclass(frozen=True)
class Return:
    """Somebody's word on when those who filmed came back, and another's that it is so."""

    return_id: UUID
    returned_at: datetime
    reason: str
    declared_by: UUID
    declared_at: datetime
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True)
class Span:
    """Between which instants something was; the same twice, where that is known."""

    earliest: datetime
    latest: datetime


@dataclass(frozen=True)
class Clocks:
    """Everything that is known of when."""

    recorded_end: Told
    """As the device said."""
    exported: Told | None
    stored: Told | None
    designated: Told | None
    """Since when it is registered as lying on a designated storage device, outside this system."""
    handed_over: Told | None
    returns: Sequence[Return]
    """All that were declared, oldest first."""
    index: Index
    is_quarantined: bool = False
    is_lost: bool = False
    """Whether a person found that what was quarantined is damaged, and nothing else is kept."""
    is_ended: bool = False
    """Whether its upload was ended before it was complete."""
    recorded_start_from: TimeOrigin | None = None
    recorded_end_from: TimeOrigin | None = None
    """Who claims when it was recorded; None: whoever announced it did not say."""
    device: Estimate | None = None
    """How far the device's clock was ahead at the end of the recording; None: nobody read it."""

    def ended(self) -> Span:
        """When the recording ended by our own clock, as far as readings of the device's tell.

        A doubtful reading counts beside what the device said, not instead of it: only what holds by
        both can be relied on.

        Raises:
            OverflowError: there is no such instant.
        """
        said = self.recorded_end.at
        if self.device is None:
            return Span(said, said)
        ended, error = said - self.device.offset_ms * MS, self.device.uncertainty_ms * MS
        also = [said] if self.device.is_doubtful else []
        return Span(min(ended - error, *also, ended), max(ended + error, *also, ended))

    def ahead(self) -> timedelta | None:
        """By how much the device claims, at the least, that it ended after it was told of.

        None: it does not. What is told of has been recorded, so such a clock is wrong, and nobody
        knows since when.
        """
        try:
            earliest = self.ended().earliest
        except OverflowError:
            earliest = self.recorded_end.at
        by = earliest - self.recorded_end.told_at
        return by if by > timedelta(0) else None

    def over(self) -> Span:
        """When the recording was over, where the law asks for the day.

        Nobody tells of what is not over yet: it was when it was told of, whatever its device says.
        """
        try:
            ended = self.ended()
        except OverflowError:
            ended = Span(self.recorded_end.at, self.recorded_end.at)
        told_at = self.recorded_end.told_at
        return Span(min(ended.earliest, told_at), min(ended.latest, told_at))


@dataclass(frozen=True)
class Subject:
    """An announced clip, kept or still on its way: what duties and permissions depend on."""

    clip_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    filmed_by: UUID
    uploaded_by: UUID
    clocks: Clocks
    first: Mapping[IndexField, object]
    """What its upload said it is filed under, as JSON."""
    entries: Sequence[Entry]
    """What was said later, oldest first."""
    is_kept_otherwise: bool
    """Whether its film is kept under another clip's id: then that one's duties count."""

    def indexed(self, demanded: Iterable[IndexField]) -> Told | None:
        """Since when all of these fields are there, and who said the last of them."""
        at = self.clocks.index.complete_at(demanded)
        said_last = next((entry.by for entry in self.entries if entry.at == at), None)
        return at and Told(at, said_last, at)

    def is_of(self, account_id: UUID) -> bool:
        """Whether somebody filmed or uploaded it."""
        return account_id in {self.filmed_by, self.uploaded_by}

    def carried_out_by(self, account_id: UUID) -> bool:
        """Whether somebody was ever said to have carried the act out, also if not any more."""
        first = self.first.get(IndexField.OFFICERS)
        later = {one for entry in self.entries for one in entry.values.officers or ()}
        is_first = isinstance(first, list) and str(account_id) in first
        return is_first or account_id in later

    def was_announced_by_unit(self, unit_id: UUID | None) -> bool:
        """Whether it was announced as this unit's: who filmed it may say another one later."""
        return unit_id is not None and self.first.get(IndexField.UNIT) == str(unit_id)
