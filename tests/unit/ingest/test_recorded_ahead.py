"""What a device dates after the day on which it is told of is a claim that cannot be true.

The recordings are told of at 10:25 in the morning of 5 January 2026; S4 gives 24 hours.
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
TOLD = datetime(2026, 1, 5, 2, 25, tzinfo=UTC)
IN_2099 = datetime(2099, 1, 1, tzinfo=UTC)
H, M = timedelta(hours=1), timedelta(minutes=1)


def clocks(end: datetime, stored: datetime | None = None, device: Estimate | None = None) -> Clocks:
    return recorded(end, TOLD, stored, device)


def stand(known: Clocks, now: datetime = TOLD) -> Standing:
    return standing(S4, S4.duties[0], known, now)


@pytest.mark.parametrize(
    ("known", "ahead"),
    [
        (clocks(TOLD), None),
        (clocks(TOLD - H), None),
        (clocks(TOLD + M), M),
        (clocks(TOLD + 30 * M, device=off(20 * M, 5 * M)), 5 * M),
        (clocks(TOLD + 30 * M, device=off(20 * M, 10 * M)), None),  # the error explains it
        (clocks(TOLD + 30 * M, device=off(40 * M, M)), None),
        (clocks(IN_2099), IN_2099 - TOLD),
        (
            clocks(datetime.max.replace(tzinfo=UTC), device=off(-H, M)),
            datetime.max.replace(tzinfo=UTC) - TOLD,
        ),
    ],
)
def test_it_is_flagged_by_as_much_as_readings_do_not_explain(
    known: Clocks, ahead: timedelta | None
) -> None:
    assert known.ahead() == ahead


def test_it_was_over_when_it_was_told_of() -> None:
    assert clocks(IN_2099).over() == Span(TOLD, TOLD)


def test_a_period_never_waits_for_a_day_that_only_a_device_claims() -> None:
    found = stand(clocks(IN_2099))
    assert (found.state, found.due_at) == (State.NOT_YET_DUE, TOLD + 24 * H)
    assert found.warn_at == TOLD + 20 * H
    assert found.computed_from["told_at"] == TOLD
    assert "2099-01-01" in found.why
    assert "不可采信，自登记（2026-01-05 10:25:00）起算" in found.why
    assert stand(clocks(IN_2099), TOLD + 25 * H).state is State.LATE


def test_a_reading_that_does_not_explain_it_changes_nothing_of_that() -> None:
    known = clocks(IN_2099, device=off(H, M))
    assert (stand(known).due_at, stand(known).due_latest_at) == (TOLD + 24 * H, TOLD + 24 * H)


def test_what_was_stored_is_not_in_time_by_a_claim_that_cannot_be() -> None:
    found = stand(clocks(IN_2099, stored=TOLD + H), TOLD + H)
    assert (found.state, found.is_open) == (State.UNJUDGED, False)
    assert "请核实设备时钟" in found.why


def test_a_clock_as_little_ahead_as_the_pack_believes_is_believed() -> None:
    end = TOLD + S4.clock.tolerance
    assert stand(clocks(end)).due_at == end + 24 * H
    assert stand(clocks(end + timedelta(seconds=1))).due_at == TOLD + 24 * H


def test_a_doubtful_reading_that_explains_it_makes_nobody_wait_for_that_day_either() -> None:
    """The clock was years ahead when it was read, once: the film may have ended, or so it says."""
    known = clocks(IN_2099, device=off(IN_2099 - TOLD + H, M, is_doubtful=True))
    assert known.ahead() is None
    found = stand(known)
    assert found.due_at == TOLD - H - M + 24 * H
    latest = TOLD + S4.clock.tolerance + 24 * H
    assert found.due_latest_at == latest
    assert (stand(known, latest).is_between, stand(known, latest).late) == (True, None)
    late = stand(known, latest + H)
    assert (late.state, late.late) == (State.LATE, H)


def test_a_reading_may_leave_it_open_for_as_long_as_the_pack_believes() -> None:
    error = S4.clock.tolerance
    known = clocks(TOLD, device=off(0 * M, error))
    assert stand(known).due_latest_at == TOLD + error + 24 * H
    known = clocks(TOLD, device=off(0 * M, error + M))
    assert stand(known).due_latest_at == TOLD + error + 24 * H


def test_a_claim_that_nobody_can_write_down_is_asked_about_though_a_reading_explains_it() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    known = clocks(last, device=off(last - TOLD + H, M, is_doubtful=True))
    assert (known.ahead(), stand(known).state) == (None, State.UNJUDGED)
