"""Clocks of devices that film, against our own: assertions beside untouched originals. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT_MAX_PPM: Final = 100
"""How far a clock that nobody sets may go wrong, in millionths of the time that passes. Quartz
crystals are sold with 20; cold, heat and age add as much again, so this is twice what to expect."""
MS: Final = timedelta(milliseconds=1)


def in_ms(instant: datetime) -> int:
    """Milliseconds since 1970 in UTC."""
    return (instant - EPOCH) // MS


@dataclass(frozen=True)
class Told:
    """What a dock or app tells of a device's clock."""

    device_no: str
    device_ms: int
    """What the clock said, in milliseconds since 1970 in UTC."""
    read_ago_ms: int
    """How long before this was sent, by the stopwatch of whoever read it."""
    round_trip_ms: int
    """How long an exchange with us took just before, by the same stopwatch."""
    resolution_ms: int
    """The step of the device's clock; it may have said the same for so long."""


@dataclass(frozen=True)
class Reading:
    """What a device's clock said, and how far that was from ours. Kept for ever."""

    reading_id: UUID
    agency_id: UUID
    device_id: UUID
    told: Told
    reported_by: UUID
    received_at: datetime = field(compare=False)
    read_at: datetime = field(compare=False)
    """When the clock was read, by our own clock."""
    offset_ms: int = field(compare=False)
    """How far the device was ahead of us; below 0, behind."""
    uncertainty_ms: int = field(compare=False)
    is_doubtful: bool = field(compare=False)
    """So far off that the clock was never set, or reset: nobody should reckon by it unseen."""


@dataclass(frozen=True)
class Measurement:
    """A clock against ours."""

    read_at: datetime
    offset_ms: int
    uncertainty_ms: int


def measure(told: Told, received_at: datetime) -> Measurement:
    """Set a device's clock against ours, as it was when the message came.

    The message left us half a round trip ago, give or take that half: where it took the whole of it
    or none, the error is just as large (Cristian, 1989).
    """
    on_the_way = told.round_trip_ms // 2
    read_ms = in_ms(received_at) - on_the_way - told.read_ago_ms
    return Measurement(
        read_at=EPOCH + read_ms * MS,
        offset_ms=told.device_ms - read_ms,
        # Upwards, and one more for what a whole number of milliseconds leaves out.
        uncertainty_ms=(told.round_trip_ms + 1) // 2 + told.resolution_ms + 1,
    )


@dataclass(frozen=True)
class Estimate:
    """How far a device's clock was ahead at some moment of its own time."""

    offset_ms: int
    uncertainty_ms: int
    before: Reading | None
    """The nearest reading up to that moment, and below the nearest one after it."""
    after: Reading | None
    is_doubtful: bool
    """It rests on readings that are so far off that a person must look."""
    was_set: bool
    """Between the two the clock went further than any clock goes by itself: somebody set it, and
    which of the two held is not known. The uncertainty then spans both."""


def estimate(readings: Iterable[Reading], at_ms: int) -> Estimate | None:
    """Reckon a clock's offset at `at_ms` of its own time; None without any reading.

    Nearness is of the device's own time, because that is the time that a recording carries. Of
    doubtful readings and others, only those like the nearest one count: a film from before a reset
    is not measured by a reading after it.
    """
    known = sorted(readings, key=lambda it: it.told.device_ms)
    if not known:
        return None
    nearest = min(known, key=lambda it: _away(it, at_ms))
    alike = [it for it in known if it.is_doubtful == nearest.is_doubtful]
    before = next((it for it in reversed(alike) if it.told.device_ms <= at_ms), None)
    after = next((it for it in alike if it.told.device_ms > at_ms), None)
    ends = [it for it in (before, after) if it]
    offset_ms, uncertainty_ms = _between(ends, at_ms)
    return Estimate(
        offset_ms=offset_ms,
        uncertainty_ms=uncertainty_ms,
        before=before,
        after=after,
        is_doubtful=nearest.is_doubtful,
        was_set=len(ends) > 1 and _was_set(*ends),
    )


def _between(ends: Sequence[Reading], at_ms: int) -> tuple[int, int]:
    """The offset on the line from one reading to the next, and an uncertainty that spans both.

    Beyond the last reading its own offset goes on, less certain the further away.
    """
    if len(ends) == 1:
        (end,) = ends
        return end.offset_ms, end.uncertainty_ms + _drift(_away(end, at_ms))
    first, last = ends
    passed, whole = _away(first, at_ms), last.told.device_ms - first.told.device_ms
    offset_ms = first.offset_ms + (last.offset_ms - first.offset_ms) * passed // whole
    spans = (abs(offset_ms - end.offset_ms) + end.uncertainty_ms for end in ends)
    return offset_ms, max(spans)


def _was_set(first: Reading, last: Reading) -> bool:
    passed = abs((last.read_at - first.read_at) // MS)
    explained = first.uncertainty_ms + last.uncertainty_ms + _drift(passed)
    return abs(last.offset_ms - first.offset_ms) > explained


def _away(reading: Reading, at_ms: int) -> int:
    return abs(reading.told.device_ms - at_ms)


def _drift(passed_ms: int) -> int:
    return -(-passed_ms * DRIFT_MAX_PPM // 1_000_000)
