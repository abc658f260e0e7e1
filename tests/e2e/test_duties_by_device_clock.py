"""Readings of a device's clock move the duties of its films, also of those that are here already.

The films of these tests end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.packs import activated
from tests.support.people import person
from tests.support.recordings import read_clock
from tests.support.said import of_type, say
from tests.support.uploads import begin, send

S4, RULE = "s4-xinle-fagai", "s4.23-1"
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
H, M = timedelta(hours=1), timedelta(minutes=1)
SOON, OVERDUE = "ingest.duty.due_soon.v1", "ingest.duty.overdue.v1"


async def duty(h: House, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    found = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")
    (one,) = [it for it in found["duties"] if it["rule_id"] == RULE]
    return one


async def listed(h: House, state: str) -> list[str]:
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": state})
    return [it["clip_id"] for it in found["items"]]


async def test_a_reading_moves_the_duties_of_films_that_are_here_already(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    location, clip_id = await begin(h, OFFICER, b"film")
    clock.move(16 * H + M)  # 09:01 on the next day, a minute before 24 hours are over
    await settle(h.app)
    assert (len(of_type(h, SOON)), of_type(h, OVERDUE)) == (1, [])
    await read_clock(h, clock, 30 * M, OFFICER)
    await settle(h.app)
    (event,) = of_type(h, OVERDUE)
    assert (event["clip_id"], event["due_at"][:16]) == (str(clip_id), "2026-01-06T00:30")
    found = await duty(h, clip_id)
    assert found["state"] == "late"
    assert found["due_at"][:16] < found["due_latest_at"][:16] == event["due_latest_at"][:16]
    assert found["computed_from"]["recorded_end"] == "2026-01-05T01:02:00Z"
    await send(h, OFFICER, location, 0, b"film")


async def test_between_the_ends_it_is_told_of_as_soon_and_only_then_as_late(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    await read_clock(h, clock, 0 * M, OFFICER)
    _, clip_id = await begin(h, OFFICER, b"film")
    clock.move(16 * H + 2 * M)  # 24 hours by the device, which tells whole minutes
    await settle(h.app)
    assert (await duty(h, clip_id))["state"] == "cannot_be_judged"
    assert (await listed(h, "due_soon"), await listed(h, "late")) == ([str(clip_id)], [])
    assert (len(of_type(h, SOON)), of_type(h, OVERDUE)) == (1, [])
    clock.move(2 * M)
    await settle(h.app)
    assert (await listed(h, "due_soon"), await listed(h, "late")) == ([], [str(clip_id)])
    assert len(of_type(h, OVERDUE)) == 1


async def test_another_agencys_reading_moves_nothing(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await begin(h, OFFICER, b"film")
    before = await duty(h, clip_id)
    await read_clock(h, clock, 30 * M, STRANGER)
    assert await duty(h, clip_id) == before


async def test_both_readings_of_a_period_of_hours_are_on_record_and_the_strict_one_warns(
    h: House, clock: FrozenClock
) -> None:
    """The hour in which the film ended, from 9 to 10, may not count: nobody has settled that."""
    await say(h, activated(AGENCY, S4))
    _, clip_id = await begin(h, OFFICER, b"film")
    clock.move(17 * H)
    await settle(h.app)
    strict, lenient = "2026-01-06T01:02", "2026-01-06T02:00"
    (told,) = of_type(h, OVERDUE)
    (row,) = (await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": "late"}))[
        "items"
    ]
    for found in (told, row, await duty(h, clip_id), *of_type(h, SOON)):
        assert (found["due_at"][:16], found["due_lenient_at"][:16]) == (strict, lenient)
