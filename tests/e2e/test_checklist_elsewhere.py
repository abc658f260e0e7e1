"""An inspection whose only film lies on a disk in the archive room, until somebody brings it in."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from common.events import Event
from contracts.identity import Role
from tests.support.house import House
from tests.support.inspection import ACTIVITY, AGENCY, reading_points
from tests.support.inspection_events import Inspection
from tests.support.people import person
from tests.support.said import say

OFFICER = person(Role.OFFICER, agency_id=AGENCY)
INSPECTION = Inspection()
LAW = {"pack": "s2-zezhou-yingji", "valid_from": date(2026, 1, 1).isoformat()}


async def row_8(h: House) -> dict[str, Any]:
    found = await h.done(OFFICER, "GET", f"/checklist/v1/activities/{ACTIVITY}/evaluation")
    return next(finding for finding in found["findings"] if finding["row"] == "8")


async def law_in_force(h: House) -> None:
    activation = f"/checklist/v1/activations/{uuid4()}"
    one, two = (person(Role.LEADER, agency_id=AGENCY) for _ in range(2))
    await h.done(one, "PUT", activation, LAW)
    await h.done(two, "POST", f"{activation}/confirm")


async def test_the_verdict_waits_for_a_person_until_the_film_is_brought_in(h: House) -> None:
    await law_in_force(h)
    marks = [INSPECTION.marked("a", point) for point in reading_points("8")]
    await say(h, *INSPECTION.opened(), INSPECTION.linked("a"), *marks)
    unheard = await row_8(h)
    await say(h, INSPECTION.registered_offsite("a", "09:29:00", "09:41:00"))
    elsewhere = await row_8(h)
    await say(h, INSPECTION.stored("a", "09:29:00", "09:41:00"), INSPECTION.probed("a", 720))
    here = await row_8(h)
    assert unheard["verdict"] == "not_satisfied"
    assert (elsewhere["verdict"], elsewhere["gaps"]) == ("needs_judgement", [])
    assert "存于系统外" in elsewhere["not_counted"][0]["reason"]
    assert (here["verdict"], here["not_counted"]) == ("satisfied", [])


LYING = INSPECTION.registered_offsite("a", "09:29:00", "09:41:00")
KEPT = INSPECTION.stored("b", "09:29:00", "09:41:00")
READ = INSPECTION.probed("b", 720)
ENTERED = INSPECTION.resubmitted("a", of="b")


@pytest.mark.parametrize(
    "told",
    [(LYING, KEPT, READ, ENTERED), (ENTERED, READ, KEPT, LYING), (KEPT, ENTERED, LYING, READ)],
    ids=["in order", "the other way round", "mixed"],
)
async def test_a_linked_film_that_was_kept_already_is_judged_by_its_original(
    h: House, told: tuple[Event, ...]
) -> None:
    """It lay on a disk, was linked, and turned out to be a film that somebody had brought in."""
    await law_in_force(h)
    marks = [INSPECTION.marked("a", point) for point in reading_points("8")]
    await say(h, *INSPECTION.opened(), INSPECTION.linked("a"), *marks)
    assert (await row_8(h))["verdict"] == "not_satisfied"
    for event in told:
        await say(h, event)
    here = await row_8(h)
    assert (here["verdict"], here["not_counted"]) == ("satisfied", [])


async def test_of_an_original_that_turns_out_not_to_be_what_was_filmed_only_the_word_is_left(
    h: House,
) -> None:
    await law_in_force(h)
    marks = [INSPECTION.marked("a", point) for point in reading_points("8")]
    await say(h, *INSPECTION.opened(), INSPECTION.linked("a"), *marks, LYING, KEPT, READ, ENTERED)
    await say(h, INSPECTION.quarantined("b"))
    left = await row_8(h)
    assert left["verdict"] == "needs_judgement"
    assert "存于系统外" in left["not_counted"][0]["reason"]


async def test_an_entry_of_a_film_of_other_times_is_judged_by_what_that_film_shows(
    h: House,
) -> None:
    """Whatever was said of the disk: the bytes are those of a film that ended early."""
    await law_in_force(h)
    early = INSPECTION.stored("b", "09:29:00", "09:34:00")
    await say(h, *INSPECTION.opened(), INSPECTION.linked("a"), LYING, early, READ)
    assert (await row_8(h))["verdict"] == "needs_judgement"
    await say(h, ENTERED)
    assert (await row_8(h))["verdict"] == "not_satisfied"
