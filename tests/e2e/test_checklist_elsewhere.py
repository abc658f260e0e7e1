"""An inspection whose only film lies on a disk in the archive room, until somebody brings it in."""

from datetime import date
from typing import Any
from uuid import uuid4

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


async def test_the_verdict_waits_for_a_person_until_the_film_is_brought_in(h: House) -> None:
    activation = f"/checklist/v1/activations/{uuid4()}"
    one, two = (person(Role.LEADER, agency_id=AGENCY) for _ in range(2))
    await h.done(one, "PUT", activation, LAW)
    await h.done(two, "POST", f"{activation}/confirm")
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
