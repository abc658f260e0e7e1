"""Whether the hour in which a period starts is counted is not settled: the strict end warns.

The recordings end at 10:25 in the morning of 5 January 2026 in Asia/Shanghai; S4 gives 24 hours.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from common.packs import Pack
from ingest.domain.clocks import Clocks, Return
from ingest.domain.device_clocks import Estimate
from ingest.domain.duties import Standing, State, standing
from ingest.domain.law import IngestRules
from tests.support.recordings import recorded

S1, S3, S4 = (
    Pack.shipped(name).read("ingest.yaml", IngestRules)
    for name in ("s1-gaoxin-yingji", "s3-guotan", "s4-xinle-fagai")
)
END = datetime(2026, 1, 5, 2, 25, tzinfo=UTC)
H, M = timedelta(hours=1), timedelta(minutes=1)
STRICT = END + 24 * H
LENIENT = END + 24 * H + 35 * M


def clocks(stored: datetime | None = None, end: datetime = END) -> Clocks:
    return recorded(end, END, stored)


def stand(known: Clocks, now: datetime = END, rules: IngestRules = S4) -> Standing:
    return standing(rules, rules.duties[0], known, now)


def test_both_ends_are_told_and_the_strict_one_warns() -> None:
    found = stand(clocks(), STRICT)
    assert (found.due_at, found.due_lenient_at) == (STRICT, LENIENT)
    assert found.state is State.DUE_SOON
    assert "2026-01-06 10:25:00" in found.why
    assert "参照《中华人民共和国民事诉讼法》第八十五条不计开始的小时的" in found.why
    assert "2026-01-06 11:00:00" in found.why


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize(("at", "is_asked"), [(STRICT + M, True), (LENIENT + M, False)])
def test_late_is_late_by_the_strict_end_and_people_are_asked_up_to_the_other(
    at: datetime, *, is_done: bool, is_asked: bool
) -> None:
    found = stand(clocks(at if is_done else None), at)
    assert found.state is State.LATE
    assert found.late == at - STRICT
    assert ("按此尚未逾期，须由人判定" in found.why) is is_asked


def test_what_was_done_in_time_by_the_strict_end_is_simply_met() -> None:
    found = stand(clocks(STRICT), STRICT)
    assert (found.state, found.due_lenient_at) == (State.MET, LENIENT)
    assert "不计开始的小时" not in found.why


def test_a_full_hour_is_an_hour_in_which_it_starts_as_well() -> None:
    on_the_hour = END - 25 * M
    assert stand(clocks(end=on_the_hour)).due_lenient_at == on_the_hour + 25 * H


def test_a_day_that_ends_at_midnight_is_read_in_one_way_only() -> None:
    day = next(duty for duty in S1.duties if duty.within == "day_end")
    assert standing(S1, day, clocks(), END).due_lenient_at is None


def test_hours_from_a_return_are_counted_alike() -> None:
    back = Return(UUID(int=1), END + 3 * H, "remote", UUID(int=2), END, UUID(int=3), END)
    known = replace(clocks(), returns=[back])
    found = standing(S4, S4.duties[1], known, END)
    assert found.due_lenient_at == LENIENT + 3 * H


def test_the_clock_and_the_law_are_kept_apart() -> None:
    """The device is half an hour ahead, give or take ten minutes: it ended at 9:45 or at 10:05."""
    ms = timedelta(milliseconds=1)
    device = Estimate(30 * M // ms, 10 * M // ms, None, None, is_doubtful=False, was_set=False)
    found = stand(replace(clocks(), device=device))
    assert (found.due_at, found.due_latest_at) == (STRICT - 40 * M, STRICT - 20 * M)
    assert found.due_lenient_at == STRICT - 25 * M


def test_a_pack_from_before_the_question_is_read_and_says_nothing_of_it() -> None:
    old = S4.model_copy(update={"hours": None})
    found = stand(clocks(), STRICT + M, old)
    assert (found.due_lenient_at, "不计开始的小时" in found.why) == (None, False)


@pytest.mark.parametrize("rules", [S1, S3, S4])
def test_every_pack_with_a_period_of_hours_says_how_it_is_counted(rules: IngestRules) -> None:
    assert rules.hours
    assert rules.hours.note.startswith("本系统的理解")
