"""A device's clock against ours: what is reckoned holds the truth within its uncertainty."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ingest.domain.device_clocks import EPOCH, MS, Estimate, Reading, Told, estimate, in_ms, measure

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)
DAY_MS = 86_400_000
YEAR_MS = 365 * DAY_MS
MINUTE = st.integers(0, 60_000)
OFFSETS = st.integers(-50 * YEAR_MS, 50 * YEAR_MS)
MOMENTS = st.integers(-YEAR_MS, YEAR_MS)


@dataclass(frozen=True)
class Clock:
    """A device's clock that was right or wrong at noon and has gone too fast or slow since."""

    offset_ms: int
    ppm: int = 0

    def says(self, passed_ms: int) -> int:
        return in_ms(NOON) + passed_ms + self.ahead(passed_ms)

    def ahead(self, passed_ms: int) -> int:
        return self.offset_ms + self.ppm * passed_ms // 1_000_000


def read(clock: Clock, passed_ms: int, *, is_doubtful: bool = False, trip_ms: int = 0) -> Reading:
    """A reading so long after noon."""
    told = Told("执法仪-0017", clock.says(passed_ms), 0, trip_ms, 0)
    measured = measure(told, NOON + (passed_ms + trip_ms // 2) * MS)
    return Reading(
        reading_id=uuid4(),
        agency_id=UUID(int=1),
        device_id=UUID(int=2),
        told=told,
        reported_by=UUID(int=3),
        received_at=NOON,
        is_doubtful=is_doubtful,
        **vars(measured),
    )


def reckoned(*readings: Reading, at_ms: int) -> Estimate:
    found = estimate(readings, at_ms)
    assert found is not None
    return found


def holds(found: Estimate, offset_ms: int, uncertainty_ms: int = 0) -> bool:
    """Whether the estimate leaves room for all of this."""
    return abs(found.offset_ms - offset_ms) + uncertainty_ms <= found.uncertainty_ms


@given(OFFSETS, MINUTE, MINUTE, MINUTE, st.integers(1, 60_000))
def test_a_reading_holds_the_true_offset(
    offset_ms: int, there_ms: int, back_ms: int, ago_ms: int, step_ms: int
) -> None:
    """However unlike the ways there and back are, and however coarse the device's clock."""
    read_ms = in_ms(NOON)
    shown_ms = (read_ms + offset_ms) // step_ms * step_ms
    told = Told("1", shown_ms, ago_ms, there_ms + back_ms, step_ms)
    measured = measure(told, NOON + (ago_ms + there_ms) * MS)
    assert abs(measured.offset_ms - offset_ms) <= measured.uncertainty_ms
    assert abs((measured.read_at - NOON) // MS) <= measured.uncertainty_ms


@given(OFFSETS, OFFSETS, MOMENTS, MOMENTS, MOMENTS, MINUTE)
def test_between_two_readings_the_estimate_spans_both(
    one: int, other: int, first_ms: int, second_ms: int, at_ms: int, trip_ms: int
) -> None:
    """Whether the clock drifted or somebody set it."""
    ends = read(Clock(one), first_ms, trip_ms=trip_ms), read(Clock(other), second_ms)
    first, last = sorted(ends, key=lambda it: it.told.device_ms)
    at = in_ms(NOON) + at_ms
    assume(first.told.device_ms <= at < last.told.device_ms)
    found = reckoned(*ends, at_ms=at)
    assert (found.before, found.after) == (first, last)
    assert min(one, other) - 1 <= found.offset_ms - trip_ms % 2 <= max(one, other) + 1
    for end in ends:
        assert holds(found, end.offset_ms, end.uncertainty_ms)


@given(OFFSETS, st.integers(-50, 50), MOMENTS, MOMENTS, MOMENTS)
def test_a_clock_that_only_drifts_is_known_at_any_moment(
    offset_ms: int, ppm: int, first_ms: int, second_ms: int, at_ms: int
) -> None:
    """Before, between and after the readings."""
    clock = Clock(offset_ms, ppm)
    found = reckoned(read(clock, first_ms), read(clock, second_ms), at_ms=clock.says(at_ms))
    assert holds(found, clock.ahead(at_ms))
    assert not found.was_set


@given(OFFSETS, MOMENTS, MOMENTS)
def test_the_further_from_a_reading_the_less_is_certain(
    offset_ms: int, one_ms: int, other_ms: int
) -> None:
    clock = Clock(offset_ms)
    near, far = sorted((one_ms, other_ms), key=abs)
    one, other = (reckoned(read(clock, 0), at_ms=clock.says(it)) for it in (near, far))
    assert one.uncertainty_ms <= other.uncertainty_ms
    assert one.offset_ms == other.offset_ms == offset_ms


def test_without_a_reading_nothing_is_said() -> None:
    assert estimate([], in_ms(NOON)) is None


def test_halfway_between_two_readings_lies_half_of_the_drift() -> None:
    morning, evening = read(Clock(2_000), 0), read(Clock(6_000), DAY_MS)
    found = reckoned(morning, evening, at_ms=morning.told.device_ms + (DAY_MS + 4_000) // 2)
    assert (found.offset_ms, found.uncertainty_ms) == (4_000, 2_001)


@pytest.mark.parametrize(("hours", "was_set"), [(0, False), (1, True), (-8, True)])
def test_a_clock_that_was_set_between_is_told_from_one_that_drifted(
    hours: int,
    was_set: bool,  # noqa: FBT001 - a table
) -> None:
    before = read(Clock(500), 0)
    after = read(Clock(500 + hours * 3_600_000), DAY_MS)
    at = (before.told.device_ms + after.told.device_ms) // 2
    assert reckoned(before, after, at_ms=at).was_set is was_set


def test_a_film_from_before_a_reset_is_not_measured_by_the_reading_after_it() -> None:
    reset = read(Clock(in_ms(EPOCH) - in_ms(NOON)), 2 * DAY_MS, is_doubtful=True)
    good, mended = read(Clock(900), 0), read(Clock(100), 3 * DAY_MS)
    plain = reckoned(reset, good, mended, at_ms=in_ms(NOON) - DAY_MS)
    assert (plain.before, plain.after, plain.is_doubtful) == (None, good, False)
    assert (plain.offset_ms, plain.was_set) == (900, False)
    lost = reckoned(reset, good, mended, at_ms=in_ms(EPOCH) + 3 * DAY_MS)
    assert (lost.before, lost.after, lost.is_doubtful) == (reset, None, True)
    assert lost.offset_ms == reset.offset_ms


def test_no_clock_is_too_wrong_to_be_measured() -> None:
    for shown in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        told = Told("1", in_ms(shown), 60_000, 60_000, 60_000)
        measured = measure(told, NOON)
        assert measured.read_at == NOON - timedelta(seconds=90)
        assert abs(measured.offset_ms - (in_ms(shown) - in_ms(NOON))) <= 90_000
