"""A period never runs from a device's own time alone where somebody has read the device's clock.

The recordings end at 10 in the morning of 5 January 2026 by their device; S4 gives 24 hours.
"""

from datetime import UTC, datetime, timedelta

import pytest

from common.packs import Pack
from ingest.domain.clocks import Clocks, Span
from ingest.domain.device_clocks import Estimate
from ingest.domain.duties import Standing, State, standing
from ingest.domain.law import IngestRules
from tests.support.recordings import off, recorded

S4 = Pack.shipped("s4-xinle-fagai").read("ingest.yaml", IngestRules)
END = datetime(2026, 1, 5, 2, tzinfo=UTC)
H, M = timedelta(hours=1), timedelta(minutes=1)
DUE = END + 24 * H


def clocks(device: Estimate | None, stored: datetime | None = None, end: datetime = END) -> Clocks:
    """Told of when even the slowest of these clocks is past its end."""
    return recorded(end, END + H, stored, device)


def stand(known: Clocks, now: datetime) -> Standing:
    return standing(S4, S4.duties[0], known, now)


def test_without_a_reading_the_period_runs_from_what_the_device_said() -> None:
    assert clocks(None).ended() == Span(END, END)
    found = stand(clocks(None), END)
    assert (found.due_at, found.due_latest_at) == (DUE, DUE)
    assert set(found.computed_from) == {"recorded_end"}


@pytest.mark.parametrize("by", [20 * M, -20 * M])
def test_a_clock_that_is_known_to_be_off_moves_the_period_by_as_much(by: timedelta) -> None:
    found = stand(clocks(off(by, M)), END)
    assert (found.due_at, found.due_latest_at) == (DUE - by - M, DUE - by + M)
    assert found.computed_from["recorded_end"] == END  # the claim itself stays and is shown
    assert found.computed_from["recorded_end_earliest"] == END - by - M
    assert found.computed_from["recorded_end_latest"] == END - by + M
    assert "按设备时钟的核对" in found.why


def test_a_fast_clock_gives_nobody_more_time_and_a_slow_one_takes_none() -> None:
    done_at = DUE - 5 * M
    assert stand(clocks(None, done_at), DUE).state is State.MET
    assert stand(clocks(off(20 * M, M), done_at), DUE).state is State.LATE
    done_at = DUE + 5 * M
    assert stand(clocks(None, done_at), DUE).state is State.LATE
    assert stand(clocks(off(-20 * M, M), done_at), DUE).state is State.MET


@pytest.mark.parametrize(
    ("done_at", "state"),
    [
        (DUE - M, State.MET),
        (DUE - M + timedelta(seconds=1), State.UNJUDGED),
        (DUE + M, State.UNJUDGED),
        (DUE + M + timedelta(seconds=1), State.LATE),
    ],
)
def test_between_the_two_ends_nobody_can_say(done_at: datetime, state: State) -> None:
    found = stand(clocks(off(0 * M, M), done_at), DUE + H)
    assert (found.state, found.is_open) == (state, False)
    assert (found.late is not None) == (state is State.LATE)
    assert found.is_between == (state is State.UNJUDGED)
    assert ("不能判定是否逾期" in found.why) == found.is_between


def test_who_has_not_stored_by_the_strict_end_is_reminded_and_not_yet_accused() -> None:
    known = clocks(off(0 * M, M))
    soon, between, late = (stand(known, DUE + by) for by in (-2 * M, 0 * M, 2 * M))
    assert (soon.state, soon.is_open) == (State.DUE_SOON, True)
    assert (between.state, between.is_open, between.late) == (State.UNJUDGED, True, None)
    assert (late.state, late.is_open, late.late) == (State.LATE, True, M)


def test_a_clock_that_was_never_set_makes_nothing_late_by_itself_nor_met() -> None:
    year = timedelta(days=365)
    reset = off(-10 * year, M, is_doubtful=True)
    known = clocks(reset, DUE - H, end=END - 10 * year)
    assert stand(known, DUE).state is State.UNJUDGED
    never = clocks(reset, None, end=END - 10 * year)
    assert stand(never, DUE + 2 * M).state is State.LATE  # by either time


def test_a_correction_beyond_all_time_is_asked_about() -> None:
    odd = clocks(off(-timedelta(days=365), M), end=datetime.max.replace(tzinfo=UTC) - H)
    assert stand(odd, END).state is State.UNJUDGED


def test_a_corrected_end_contradicts_nothing_that_the_raw_one_did() -> None:
    """By the device it ended an hour after it was stored; the device is two hours fast."""
    stored = END - H
    assert "先后矛盾" in stand(clocks(None, stored), END).why
    assert stand(clocks(off(2 * H, M), stored), END).state is State.MET
