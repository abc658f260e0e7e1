"""In whatever order facts come, and however often, the same verdict stands at the end.

Sound orders of one owner's facts are among those tried; so are orders no bus would deliver.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from checklist.consumers import REACTIONS
from checklist.domain.findings import Finding
from checklist.domain.judgement import Judgement
from checklist.operations import Context, activating, judging
from common.events import Event
from contracts.checklist import Verdict
from contracts.identity import Role
from tests.support.inspection import at, reading_points
from tests.support.inspection_events import Inspection
from tests.support.people import person

ORDERS = 30
Step = Callable[[], object]


def hear(ctx: Context, event: Event) -> None:
    reaction = next(reaction for reaction in REACTIONS if reaction.event is type(event))
    with ctx.db.transaction() as session:
        headers = {"ce_time": ctx.clock.now().isoformat()}
        reaction.apply(ctx, session, headers, event.model_dump_json().encode())


def activate(ctx: Context, inspection: Inspection) -> None:
    activation_id = uuid4()
    one, two = (person(Role.LEADER, agency_id=inspection.agency_id) for _ in range(2))
    activating.propose(ctx, one, activation_id, "s2-zezhou-yingji", date(2026, 1, 1))
    activating.confirm(ctx, two, activation_id)


def steps(ctx: Context, inspection: Inspection) -> list[Step]:
    """Clip A and B cover the window; C was filmed afterwards; D was taken away; E lies elsewhere.

    B lay elsewhere too before it was brought in.
    """
    events: Sequence[Event] = [
        *inspection.opened(),
        inspection.declared("measures_taken", holds=False),
        inspection.stored("a", "09:29:00", "09:36:00"),
        inspection.probed("a", 400),
        inspection.linked("a"),
        inspection.stored("b", "09:35:00", "09:41:00"),
        inspection.probed("b", 360),
        inspection.linked("b"),
        inspection.stored("c", "09:41:00", "09:50:00"),
        inspection.linked("c"),
        inspection.registered_offsite("b", "09:35:00", "09:41:00"),
        inspection.registered_offsite("e", "09:30:00", "09:41:00"),
        inspection.linked("e"),
        inspection.stored("d", "09:36:00", "09:41:00"),
        inspection.linked("d"),
        inspection.unlinked("d"),
        *(inspection.marked("a", point) for point in reading_points("8")),
        inspection.marked("b", "landmark_reached"),
    ]
    return [partial(activate, ctx, inspection), *(partial(hear, ctx, each) for each in events)]


async def outcome(ctx: Context, inspection: Inspection) -> dict[str, Any]:
    """What stands for each row, in words that do not depend on the run's ids."""
    while await judging.recheck(ctx, 0):
        pass
    officer = person(Role.OFFICER, agency_id=inspection.agency_id)
    judgement: Judgement = judging.evaluation(ctx, officer, inspection.activity_id).judgement
    return {finding.row: told(finding) for finding in judgement.findings}


def told(finding: Finding) -> tuple[object, ...]:
    gaps = [gap.seconds for gap in finding.gaps]
    return finding.verdict, finding.reasons, finding.covered_ms, gaps, len(finding.not_counted)


async def test_the_order_in_which_facts_come_does_not_matter(ctx: Context) -> None:
    dice = random.Random(20260105)  # noqa: S311 - a seed, not a secret
    outcomes: list[dict[str, Any]] = []
    for order in range(ORDERS):
        inspection = Inspection(uuid4(), uuid4(), uuid4())
        told = steps(ctx, inspection)
        if order:
            told = dice.sample(told, len(told))
        for step in told:
            step()
        outcomes.append(await outcome(ctx, inspection))
    first = outcomes[0]
    assert all(other == first for other in outcomes)
    assert {row: told[0] for row, told in first.items()} == {
        "7": Verdict.SATISFIED,
        "8": Verdict.SATISFIED,
        **dict.fromkeys(("9", "10", "11", "12", "13", "14"), Verdict.NEEDS_JUDGEMENT),
        "15": Verdict.NOT_APPLICABLE,
        "16": Verdict.NOT_APPLICABLE,
    }


async def test_facts_told_twice_change_nothing(ctx: Context) -> None:
    inspection = Inspection(uuid4(), uuid4(), uuid4())
    activate_once, *hearings = steps(ctx, inspection)
    for step in (activate_once, *hearings):
        step()
    once, said = await outcome(ctx, inspection), announced(ctx)
    for step in hearings:
        step()
    assert await outcome(ctx, inspection) == once
    assert announced(ctx) == said


async def test_a_new_pack_has_every_activity_of_the_agency_judged_anew(ctx: Context) -> None:
    agency_id = uuid4()
    inspections = [Inspection(agency_id, uuid4(), uuid4()) for _ in range(judging.STALE_MAX + 1)]
    stranger = Inspection(uuid4(), uuid4(), uuid4())
    for inspection in (*inspections, stranger):
        hear(ctx, inspection.recorded())
    activate(ctx, inspections[0])
    assert [await judging.recheck(ctx, 0) for _ in range(3)] == [judging.STALE_MAX, 1, 0]
    assert [len(await outcome(ctx, inspection)) for inspection in inspections] == [10] * 51
    assert await outcome(ctx, stranger) == {}


def announced(ctx: Context) -> int:
    with ctx.db.snapshot() as session:
        rows = ctx.outbox.tables.rows
        return len(session.connection().execute(rows.select()).all())


def whole(inspection: Inspection) -> list[Event]:
    """Everything row 8 asks for, in one film."""
    return [
        *inspection.opened(),
        inspection.stored("a", "09:29:00", "09:41:00"),
        inspection.probed("a", 720),
        inspection.linked("a"),
        *(inspection.marked("a", point) for point in reading_points("8")),
    ]


async def row_8(ctx: Context, *events: Event, inspection: Inspection) -> tuple[Any, ...]:
    activate(ctx, inspection)
    for event in events:
        hear(ctx, event)
    return (await outcome(ctx, inspection))["8"]


async def test_a_film_sent_twice_is_seen_in_the_inspection_it_served_first(ctx: Context) -> None:
    inspection = Inspection(uuid4(), uuid4(), uuid4())
    stranger = Inspection(uuid4(), uuid4(), uuid4())
    copied = stranger.stored("b", "10:00:00", "10:12:00", same_as="a")
    once = await row_8(ctx, *whole(inspection), copied, inspection=inspection)
    hear(ctx, copied.model_copy(update={"agency_id": inspection.agency_id}))
    twice = (await outcome(ctx, inspection))["8"]
    assert (once[0], twice[0]) == (Verdict.SATISFIED, Verdict.NEEDS_JUDGEMENT)
    assert any("文件内容完全相同" in reason for reason in twice[1])


@pytest.mark.parametrize(
    "read", [{"video_codec": None, "width": 0, "height": 0}, {"jumps": 1}, {"made_at": at("17:00")}]
)
async def test_what_was_read_from_a_film_reaches_the_verdict(
    ctx: Context, read: dict[str, object]
) -> None:
    inspection = Inspection(uuid4(), uuid4(), uuid4())
    probed = inspection.probed("a", 720).model_copy(update=read)
    verdict, *_ = await row_8(ctx, *whole(inspection), probed, inspection=inspection)
    assert verdict is not Verdict.SATISFIED


async def test_an_inspection_said_to_have_ended_earlier_is_no_clean_verdict(ctx: Context) -> None:
    inspection = Inspection(uuid4(), uuid4(), uuid4())
    again = [inspection.reached("left", at(clock)) for clock in ("09:38:00", "09:38:00", "09:39")]
    verdict, reasons, *_ = await row_8(ctx, *whole(inspection), *again, inspection=inspection)
    assert verdict is Verdict.NEEDS_JUDGEMENT
    times = [f"2026年1月5日 {clock}" for clock in ("09:40:00", "09:38:00", "09:39:00")]
    told = "“检查结束”的时刻曾被更改：原为 {}、{}，现为 {}".format(*times)
    assert told in reasons


async def test_a_moment_no_list_knows_leaves_the_act_under_its_days_law(ctx: Context) -> None:
    inspection = Inspection(uuid4(), uuid4(), uuid4())
    noise = inspection.reached("noise", at("09:00:00").replace(year=2016))
    verdict, *_ = await row_8(ctx, *whole(inspection), noise, inspection=inspection)
    assert verdict is Verdict.SATISFIED
