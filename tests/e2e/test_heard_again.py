"""What a service did not keep while it was older, it hears from the bus after its upgrade.

Method: the databases of a product are put back to what the older version had left in them.
"""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.inspection import ACTIVITY, AGENCY, reading_points
from tests.support.inspection_events import Inspection
from tests.support.people import person
from tests.support.said import say

OFFICER = person(Role.OFFICER, agency_id=AGENCY)
LEADER = person(Role.LEADER, agency_id=AGENCY)
SECOND = person(Role.LEADER, agency_id=AGENCY)
INSPECTION = Inspection()


def put_back(data: Path, service: str, revision: str, *changes: str) -> None:
    with sqlite3.connect(data / f"{service}.db") as db:
        for change in changes:
            db.execute(change)
        db.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    db.close()


async def law_in_force(h: House) -> None:
    activation = f"/checklist/v1/activations/{uuid4()}"
    law = {"pack": "s2-zezhou-yingji", "valid_from": date(2026, 1, 1).isoformat()}
    await h.done(LEADER, "PUT", activation, law)
    await h.done(SECOND, "POST", f"{activation}/confirm")


async def row_8(h: House) -> str:
    found = await h.done(OFFICER, "GET", f"/checklist/v1/activities/{ACTIVITY}/evaluation")
    return next(finding["verdict"] for finding in found["findings"] if finding["row"] == "8")


async def figures(h: House) -> dict[str, Any]:
    (mine,) = (await h.done(LEADER, "GET", "/oversight/v1/figures"))["items"]
    return {name: mine[name] for name in ("clips_stored", "bytes_stored", "clips_quarantined")}


async def test_an_act_is_judged_by_a_film_that_came_twice_before_the_upgrade(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with house(tmp_path, clock) as h:
        marks = [INSPECTION.marked("a", point) for point in reading_points("8")]
        await law_in_force(h)
        await say(h, *INSPECTION.opened(), INSPECTION.linked("a"), *marks)
        await say(h, INSPECTION.stored("b", "09:29:00", "09:41:00"), INSPECTION.probed("b", 720))
        assert await row_8(h) == "not_satisfied"
        await say(h, INSPECTION.resubmitted("a", of="b"))
        assert await row_8(h) == "satisfied"
    newest = "DELETE FROM evaluation WHERE position = (SELECT max(position) FROM evaluation)"
    put_back(tmp_path, "checklist", "0005", "DELETE FROM entry", newest)
    async with house(tmp_path, clock) as h:
        assert await row_8(h) == "not_satisfied"
        await settle(h.app)
        assert await row_8(h) == "satisfied"


async def test_a_film_that_counted_twice_before_the_upgrade_counts_once_after_it(
    tmp_path: Path, clock: FrozenClock
) -> None:
    stored = INSPECTION.stored("a", "09:29:00", "09:41:00")
    quarantined = INSPECTION.quarantined("a")
    released = stored.model_copy(update={"released_by": uuid4()})
    once = {"clips_stored": 1, "bytes_stored": stored.size_bytes, "clips_quarantined": 1}
    async with house(tmp_path, clock) as h:
        await say(h, stored, quarantined, released, quarantined, released)
        assert await figures(h) == once
    put_back(
        tmp_path,
        "oversight",
        "0001",
        "UPDATE figure SET count = count * 3 WHERE kind IN ('clips_stored', 'bytes_stored')",
        "DELETE FROM counted WHERE kind LIKE 'clips%' OR kind LIKE 'bytes%'",
    )
    async with house(tmp_path, clock) as h:
        await settle(h.app)
        assert await figures(h) == once
