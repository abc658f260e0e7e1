"""Where it is open which pack ruled: the strictest warns, and late is only what is so by each.

The recordings end at 10:25 in the morning of 5 January 2026 in Asia/Shanghai, or days later: one
reading of the device's clock leaves that open. S4 gives 24 hours, and the versions of these tests
other times.
"""

from datetime import UTC, datetime, timedelta

import pytest

from common.packs import Pack
from contracts.ingest import IndexField
from ingest.domain.clocks import Clocks
from ingest.domain.duties import Standing, State
from ingest.domain.law import Filing, IngestRules
from ingest.domain.ruling import Ruling, standings_by
from tests.support.recordings import recorded

S3, S4 = (
    Pack.shipped(name).read("ingest.yaml", IngestRules) for name in ("s3-guotan", "s4-xinle-fagai")
)
END = datetime(2026, 1, 5, 2, 25, tzinfo=UTC)
H = timedelta(hours=1)
SILENT = None


def version(hours: int, *, index: bool = False) -> Ruling:
    """S4's first clause with another time, and perhaps with what to file the clip under."""
    said = {"within": hours * H, "index": "filed" if index else None}
    duty = S4.duties[0].model_copy(update=said)
    filing = Filing(
        id="filed",
        citation="某条",
        text="某款",
        reading="某解",
        fields={IndexField.CASE_NAME: "案名"},
    )
    rules = S4.model_copy(update={"duties": (duty,), "index": (filing,) if index else ()})
    return Ruling(f"v{hours}", str(hours), rules)


def clocks(stored: datetime | None = None) -> Clocks:
    return recorded(END, END, stored)


def stand(known: Clocks, now: datetime, *rulings: Ruling | None) -> Standing:
    """How the only duty that binds stands."""
    (one,) = (it for it in standings_by(rulings, known, now) if it.standing.due_at)
    return one.standing


def test_of_two_versions_the_one_that_is_still_to_be_done_is_shown() -> None:
    found = stand(clocks(END + H), END + 30 * H, version(12), version(24, index=True))
    assert (found.is_open, found.due_at, found.done_at) == (True, END + 24 * H, None)
    both_open = stand(clocks(), END + H, version(24, index=True), version(12))
    assert both_open.due_at == END + 12 * H


def test_of_two_versions_that_are_done_the_one_that_was_not_met_is_shown() -> None:
    for order in ([version(24), version(12)], [version(12), version(24)]):
        found = stand(clocks(END + 20 * H), END + 30 * H, *order)
        assert found.due_at == END + 12 * H


@pytest.mark.parametrize("kept", [None, END + 30 * H])
def test_it_is_not_late_while_a_version_that_may_rule_says_in_time(kept: datetime | None) -> None:
    found = stand(clocks(kept), END + 30 * H, version(24), version(48))
    assert (found.state, found.late, found.is_between) == (State.UNJUDGED, None, True)
    assert (found.due_at, found.is_open) == (END + 24 * H, kept is None)
    assert "不能判定是否逾期" in found.why


def test_it_is_late_by_as_much_as_the_most_lenient_version_says() -> None:
    before = stand(clocks(), END + 21 * H, version(24), version(48))
    assert (before.state, before.due_latest_at) == (State.DUE_SOON, END + 48 * H)
    for kept in (None, END + 50 * H):
        found = stand(clocks(kept), END + 50 * H, version(24), version(48))
        assert (found.state, found.late, found.due_at) == (State.LATE, 2 * H, END + 24 * H)


@pytest.mark.parametrize("kept", [None, END + 30 * H])
def test_where_perhaps_no_law_ruled_nobody_is_late(kept: datetime | None) -> None:
    found = stand(clocks(kept), END + 99 * H, SILENT, version(24))
    assert (found.state, found.late, found.is_disputed) == (State.UNJUDGED, None, True)
    assert (found.is_open, found.due_at) == (kept is None, END + 24 * H)
    soon = stand(clocks(), END + 23 * H, SILENT, version(24))
    assert soon.state is State.DUE_SOON  # the strictest warns
    met = stand(clocks(END + H), END + 99 * H, SILENT, version(24))
    assert (met.state, met.is_disputed) == (State.MET, False)


def test_what_a_pack_that_may_rule_does_not_ask_for_makes_nobody_late() -> None:
    """S3 asks to hand over, S4 to store: neither act is late by both."""
    rulings = [Ruling("s3", "3", S3), version(24)]
    found = standings_by(rulings, clocks(), END + 99 * H)
    assert [(it.standing.state, it.standing.is_open) for it in found] == [
        (State.UNJUDGED, True),
        (State.UNJUDGED, True),
    ]


def test_what_a_version_that_may_rule_holds_for_done_makes_nobody_late() -> None:
    """It was stored, as one of them wants, but not filed, as the other does."""
    known = clocks(END + H)
    found = stand(known, END + 30 * H, version(48), version(24, index=True))
    assert (found.state, found.late, found.is_disputed) == (State.UNJUDGED, None, True)


def test_by_one_pack_alone_it_is_late_as_ever() -> None:
    found = stand(clocks(), END + 30 * H, version(24))
    assert (found.state, found.late, found.due_latest_at) == (State.LATE, 6 * H, END + 24 * H)
    assert standings_by([SILENT], clocks(), END + 30 * H) == []
