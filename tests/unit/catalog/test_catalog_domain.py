"""What counts of what was said, how long a clip is, and when a day has come."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from catalog import domain
from catalog.domain import (
    Archiving,
    Case,
    Clip,
    ConditionStatement,
    Ending,
    MilestoneStatement,
    Party,
    PartyKind,
    Status,
)
from checklist.domain.pack import Checklist
from common.packs import Pack
from contracts.catalog import Category, Point, Trait, Word

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ACTIVITY, OFFICER = uuid4(), uuid4()
CASE = Case(
    uuid4(),
    uuid4(),
    uuid4(),
    "某公司安全检查",
    "日常检查",
    Category.INSPECTION,
    Party("某公司", PartyKind.ORGANISATION),
    None,
    None,
    OFFICER,
    NOW,
)


def entered(minute: int) -> MilestoneStatement:
    at = NOW + timedelta(minutes=minute)
    return MilestoneStatement(ACTIVITY, "entered", at, None, OFFICER, NOW)


def declared(*, holds: bool) -> ConditionStatement:
    return ConditionStatement(ACTIVITY, "measures_taken", holds, OFFICER, NOW)


def test_the_last_statement_counts_and_all_are_kept() -> None:
    said = [entered(1), replace(entered(9), name="left"), entered(2)]
    assert domain.last_of(said, "entered") == entered(2)
    assert domain.histories(said) == {"entered": [entered(1), entered(2)], "left": [said[1]]}


def test_a_condition_nobody_declared_is_neither_true_nor_false() -> None:
    assert domain.last_of([declared(holds=True)], "dispute_likely") is None
    last = domain.last_of([declared(holds=True), declared(holds=False)], "measures_taken")
    assert last is not None
    assert last.holds is False


@given(st.lists(st.sampled_from(["entered", "left", "served"])))
def test_no_statement_is_lost_or_moved(names: list[str]) -> None:
    said = [replace(entered(at), name=name) for at, name in enumerate(names)]
    found = domain.histories(said)
    assert sorted(s.at for history in found.values() for s in history) == [s.at for s in said]
    for name, history in found.items():
        assert history[-1] == domain.last_of(said, name)


def test_saying_the_same_later_is_the_same_and_by_another_is_not() -> None:
    assert replace(entered(1), stated_at=NOW + timedelta(days=1)) == entered(1)
    assert replace(entered(1), stated_by=uuid4()) != entered(1)
    assert replace(entered(1), reason="钟表有误") != entered(1)


def test_a_case_is_open_then_ended_then_archived() -> None:
    ended = replace(CASE, ending=Ending(NOW.date(), frozenset({Trait.HEARING}), OFFICER))
    archived = replace(ended, archiving=Archiving(NOW.date(), OFFICER))
    assert [case.status for case in (CASE, ended, archived)] == [
        Status.OPEN,
        Status.ENDED,
        Status.ARCHIVED,
    ]


def test_a_clip_is_as_long_as_measured_and_else_as_the_device_said() -> None:
    said = Clip(uuid4(), uuid4(), recorded_start=NOW, recorded_end=NOW + timedelta(seconds=90))
    assert said.length_ms == 90_000
    assert replace(said, decodable=True, duration_ms=89_500).length_ms == 89_500
    assert replace(said, decodable=False, duration_ms=0).length_ms == 90_000
    assert Clip(uuid4(), uuid4(), is_quarantined=True).length_ms == 0


@pytest.mark.parametrize(
    ("now", "future"),
    [
        (datetime(2026, 1, 5, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 16, 0, tzinfo=UTC), False),
    ],
)
def test_a_day_begins_at_midnight_in_china(now: datetime, future: bool) -> None:  # noqa: FBT001 - a table's column
    assert domain.is_future(date(2026, 1, 6), now) is future


def test_every_word_of_the_shipped_checklists_can_be_stated() -> None:
    pack = Pack.shipped("s2-zezhou-yingji").read("checklist.yaml", Checklist)
    word: TypeAdapter[str] = TypeAdapter(Word)
    point: TypeAdapter[str] = TypeAdapter(Point)
    for listed in (*pack.stages, *pack.milestones, *pack.conditions):
        word.validate_python(listed.id)
    for row in pack.rows:
        for shown in row.reading.points:
            point.validate_python(shown.code)
