"""Each seed's duties by the clock: when they are due, met, late, and when nobody can say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.packs import Pack
from contracts.ingest import IndexField
from ingest.domain.clocks import Clocks, Return, Told
from ingest.domain.duties import Standing, State, standing, standings
from ingest.domain.index import Completion, Entry, index_of
from ingest.domain.law import IngestRules

S1, S3, S4 = (
    Pack.shipped(name).read("ingest.yaml", IngestRules)
    for name in ("s1-gaoxin-yingji", "s3-guotan", "s4-xinle-fagai")
)
PACKS = st.sampled_from([S1, S3, S4])
END = datetime(2026, 1, 5, 2, tzinfo=UTC)
"""10 in the morning where the law rules."""
H = timedelta(hours=1)
S = timedelta(seconds=1)
ANN, BOB = UUID(int=1), UUID(int=2)
FIRST = {IndexField.RECORDED: "2026-01-05", IndexField.DEVICE_NO: "17"}


def back(at: datetime, *, confirmed: bool = True, reason: str = "remote") -> Return:
    by = (BOB, at) if confirmed else (None, None)
    return Return(UUID(int=9), at, reason, ANN, at, *by)


def named(at: datetime) -> Entry:
    return Entry(UUID(int=8), ANN, at, Completion(case_name="某案", party_name="某公司"))


def clocks(
    *,
    exported: datetime | None = None,
    stored: datetime | None = None,
    designated: datetime | None = None,
    handed_over: datetime | None = None,
    returned: Return | None = None,
    named_at: datetime | None = None,
    end: datetime = END,
) -> Clocks:
    def told(at: datetime | None) -> Told | None:
        return at and Told(at, ANN, at)

    entries = [named(named_at)] if named_at else []
    return Clocks(
        recorded_end=Told(end, ANN, end),
        exported=told(exported),
        stored=told(stored),
        designated=told(designated),
        handed_over=told(handed_over),
        returns=[returned] if returned else [],
        index=index_of(FIRST, END, stored, entries),
    )


def stand(rules: IngestRules, rule_id: str, known: Clocks, now: datetime) -> Standing:
    (duty,) = (duty for duty in rules.duties if duty.id == rule_id)
    return standing(rules, duty, known, now)


def states(rules: IngestRules, known: Clocks, now: datetime) -> Mapping[str, State]:
    return {one.duty.id: one.state for one in standings(rules, known, now)}


def test_s4_is_met_by_storing_and_s1_only_with_the_fields_as_well() -> None:
    known = clocks(stored=END + H)
    assert stand(S4, "s4.23-1", known, END + 2 * H).state is State.MET
    s1 = stand(S1, "s1.a2-8", known, END + 2 * H)
    assert (s1.state, s1.done_at) == (State.NOT_YET_DUE, None)
    assert "尚未填写：案件名称、当事人姓名或单位名称" in s1.why
    filled = stand(S1, "s1.a2-8", clocks(stored=END + H, named_at=END + 3 * H), END + 4 * H)
    assert (filled.state, filled.done_at) == (State.MET, END + 3 * H)
    assert filled.computed_from == {
        "recorded_end": END,
        "stored_at": END + H,
        "indexed_at": END + 3 * H,
    }


def test_s4_is_met_on_a_designated_device_and_stays_so_when_the_film_comes_in_later() -> None:
    for later in (None, END + 240 * H):
        outside = clocks(designated=END + 3 * H, stored=later)
        found = stand(S4, "s4.23-1", outside, END + 241 * H)
        assert (found.state, found.done_at) == (State.MET, END + 3 * H)
        assert found.computed_from["designated_at"] == END + 3 * H
        assert stand(S1, "s1.a2-8", outside, END + 241 * H).state is State.LATE
    late = clocks(designated=END + 30 * H)
    assert stand(S4, "s4.23-1", late, END + 31 * H).late == 6 * H


def test_s1_is_late_when_the_fields_come_late_though_the_film_was_in_time() -> None:
    found = stand(S1, "s1.a2-8", clocks(stored=END + H, named_at=END + 27 * H), END + 48 * H)
    assert (found.state, found.late) == (State.LATE, 3 * H)
    assert "已逾期3小时" in found.why


def test_s3_is_not_met_by_storing_and_knows_no_return() -> None:
    stored = clocks(stored=END + H, returned=back(END + 40 * H))
    assert stand(S3, "s3.7", stored, END + 25 * H).state is State.LATE
    handed = clocks(stored=END + H, handed_over=END + 24 * H)
    assert stand(S3, "s3.7", handed, END + 99 * H).state is State.MET  # the last instant counts


def test_a_confirmed_return_changes_which_clause_of_s4_rules() -> None:
    away = clocks(stored=END + 70 * H, returned=back(END + 50 * H))
    assert states(S4, away, END + 71 * H) == {
        "s4.23-1": State.DOES_NOT_APPLY,
        "s4.23-2": State.MET,
    }
    alone = clocks(stored=END + 70 * H, returned=back(END + 50 * H, confirmed=False))
    assert states(S4, alone, END + 71 * H) == {
        "s4.23-1": State.LATE,
        "s4.23-2": State.DOES_NOT_APPLY,
    }
    assert "尚未经他人确认" in stand(S4, "s4.23-1", alone, END + 71 * H).why


def test_a_return_for_a_reason_that_only_another_law_knows_does_not_count() -> None:
    by_boat = clocks(returned=back(END + 50 * H, reason="water"))
    assert states(S4, by_boat, END + 51 * H)["s4.23-2"] is State.NOT_YET_DUE
    assert states(S1, by_boat, END + 51 * H)["s1.a3-6.hand_over"] is State.DOES_NOT_APPLY


def test_s1_exports_by_midnight_and_after_a_return_by_that_midnight() -> None:
    midnight = datetime(2026, 1, 5, 16, tzinfo=UTC)
    day = stand(S1, "s1.a3-6.day", clocks(), END)
    assert (day.due_at, day.state) == (midnight, State.NOT_YET_DUE)
    away = clocks(returned=back(END + 24 * H), exported=END + 25 * H, stored=END + 26 * H)
    assert states(S1, away, END + 27 * H) == {
        "s1.a2-8": State.UNJUDGED,
        "s1.a3-6.day": State.DOES_NOT_APPLY,
        "s1.a3-6.export": State.MET,
        "s1.a3-6.hand_over": State.NOT_YET_DUE,
    }


def test_where_s1_contradicts_itself_a_person_must_judge() -> None:
    away = clocks(returned=back(END + 30 * H), stored=END + 31 * H)
    found = stand(S1, "s1.a2-8", away, END + 32 * H)
    assert found.state is State.UNJUDGED
    assert "须由人判定" in found.why
    assert not found.is_open


def test_what_is_stored_was_exported_by_then_and_more_is_not_known() -> None:
    in_time = stand(S1, "s1.a3-6.day", clocks(stored=END + H), END + 2 * H)
    assert (in_time.state, in_time.done_at) == (State.MET, END + H)
    later = stand(S1, "s1.a3-6.day", clocks(stored=END + 20 * H), END + 21 * H)
    assert later.state is State.UNJUDGED
    assert "请说明何时导出" in later.why


@pytest.mark.parametrize(
    "known",
    [
        clocks(stored=END - H),  # kept before its recording ended
        clocks(stored=END + H, exported=END + 2 * H, end=END),  # exported after it was kept
        clocks(exported=END - H, stored=END + H),  # exported before its recording ended
    ],
)
def test_clocks_that_contradict_each_other_prove_nothing(known: Clocks) -> None:
    found = stand(S1, "s1.a3-6.day", known, END + 3 * H)
    assert found.state is State.UNJUDGED
    assert "请核实设备时钟" in found.why


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    assert stand(S4, "s4.23-1", clocks(stored=END - 4 * 60 * S), END).state is State.MET


def test_the_warning_comes_before_and_the_last_instant_is_in_time() -> None:
    due = END + 24 * H
    moments = [due - 4 * H, due - 4 * H + S, due, due + S]
    assert [stand(S4, "s4.23-1", clocks(), now).state for now in moments] == [
        State.NOT_YET_DUE,
        State.DUE_SOON,
        State.DUE_SOON,
        State.LATE,
    ]


@pytest.mark.parametrize("rules", [S1, S3, S4])
def test_a_device_that_claims_the_last_day_there_is_gets_a_question(rules: IngestRules) -> None:
    for one in standings(rules, clocks(end=datetime.max.replace(tzinfo=UTC)), END):
        if one.state is not State.DOES_NOT_APPLY:
            assert one.state is State.UNJUDGED
            assert "请说明实际时刻" in one.why


@pytest.mark.parametrize(("hours", "state"), [(1, "not_yet_due"), (23, "due_soon"), (25, "late")])
def test_a_quarantined_film_is_still_to_be_stored(hours: int, state: str) -> None:
    kept_apart = replace(clocks(), is_quarantined=True)
    found = stand(S4, "s4.23-1", kept_apart, END + hours * H)
    assert (found.state, found.is_open, "已隔离" in found.why) == (state, True, True)


def test_that_a_quarantined_film_was_exported_in_time_proves_nothing() -> None:
    kept_apart = replace(clocks(exported=END + H), is_quarantined=True)
    assert stand(S1, "s1.a3-6.day", kept_apart, END + 25 * H).state is State.LATE


def test_what_lies_on_a_designated_device_was_stored_whatever_came_of_an_upload() -> None:
    kept_apart = replace(clocks(designated=END + H), is_quarantined=True)
    assert stand(S4, "s4.23-1", kept_apart, END + 25 * H).state is State.MET


def test_an_upload_that_was_ended_stored_nothing() -> None:
    found = stand(S4, "s4.23-1", replace(clocks(), is_ended=True), END + 25 * H)
    assert (found.state, "上传已终止" in found.why) == (State.LATE, True)


instants = st.datetimes(timezones=st.just(UTC))
near = st.integers(-200_000, 400_000).map(lambda seconds: END + seconds * S)
maybe = st.none() | near
returns = st.none() | st.builds(back, near, confirmed=st.booleans())
known_clocks = st.builds(
    clocks, exported=maybe, stored=maybe, handed_over=maybe, returned=returns, named_at=maybe
)


@given(PACKS, known_clocks, near)
def test_nothing_is_met_without_an_instant_that_proves_it(
    rules: IngestRules, known: Clocks, now: datetime
) -> None:
    for one in standings(rules, known, now):
        if one.state is State.MET:
            assert one.done_at
            assert one.due_at
            assert one.done_at <= one.due_at
            assert one.done_at in one.computed_from.values()
        assert one.why


@given(PACKS, known_clocks, near, st.integers(0, 400_000))
def test_time_alone_never_turns_late_into_anything_else(
    rules: IngestRules, known: Clocks, now: datetime, seconds: int
) -> None:
    later = standings(rules, known, now + seconds * S)
    order = [State.NOT_YET_DUE, State.DUE_SOON, State.LATE]
    for before, after in zip(standings(rules, known, now), later, strict=True):
        if before.state in order and after.state in order:
            assert order.index(before.state) <= order.index(after.state)
        if before.state is State.MET:
            # What a device says of its export may lie ahead, and is disbelieved until it does not.
            assert after.state is State.MET
        if before.late is not None and before.done_at is None and after.late is not None:
            assert after.late == before.late + seconds * S


@given(PACKS, known_clocks, near)
def test_late_is_exactly_what_passed_since_it_was_due(
    rules: IngestRules, known: Clocks, now: datetime
) -> None:
    for one in standings(rules, known, now):
        assert (one.late is not None) == (one.state is State.LATE)
        if one.late is not None and one.due_at:
            assert one.due_at + one.late == (one.done_at or now)
            assert one.late > timedelta(0)


@given(PACKS, instants, instants)
def test_whatever_a_device_claims_there_is_an_answer(
    rules: IngestRules, end: datetime, exported: datetime
) -> None:
    now = datetime(2026, 1, 6, tzinfo=UTC)
    for known in (clocks(end=end, exported=exported), clocks(end=end, stored=now)):
        assert all(one.why for one in standings(rules, known, now))
