"""What the law asks of a recording that lies outside the system is shown though nothing came here.

These recordings end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.offsite import AGENCY, CUSTODIAN, OFFICER, OFFSITE, STRANGER, offsite, registered
from tests.support.packs import activated
from tests.support.said import of_type, say
from tests.support.uploads import announce, upload

S3, S4 = "s3-guotan", "s4-xinle-fagai"
FILM = b"film that lay on a disk" * 100
DAY = timedelta(days=1)


async def entered(h: House) -> UUID:
    device = await registered(h, f"存储-{uuid4()}")
    body = offsite(device["storage_device_id"], FILM)
    return UUID((await h.done(OFFICER, "PUT", f"{OFFSITE}/{uuid4()}", body))["clip_id"])


async def late(h: House) -> list[tuple[str, str]]:
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": "late"})
    return [(duty["clip_id"], duty["clip_state"]) for duty in found["items"]]


async def standing(h: House, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    found = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")
    return {duty["rule_id"]: duty["state"] for duty in found["duties"]}


async def test_a_law_that_knows_no_designated_device_still_wants_it(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S3))
    clip_id = await entered(h)
    assert await standing(h, clip_id) == {"s3.7": "not_yet_due"}
    clock.move(2 * DAY)
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "offsite")]
    assert [it["clip_id"] for it in of_type(h, "ingest.duty.overdue.v1")] == [str(clip_id)]
    await upload(h, OFFICER, FILM)  # under an id of its own, with its own duties
    assert str(clip_id) not in {clip for clip, _ in await late(h)}


async def test_on_a_designated_device_it_is_where_this_law_wants_it(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clip_id = await entered(h)
    clock.move(2 * DAY)
    await settle(h.app)
    assert (await standing(h, clip_id))["s4.23-1"] == "met"
    assert await late(h) == []
    hidden = await h.call(STRANGER, "GET", f"/ingest/v1/clips/{clip_id}/duties")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "ingest.clip-unknown")


async def test_a_law_that_comes_later_rules_it_too(h: House, clock: FrozenClock) -> None:
    clip_id = await entered(h)
    clock.move(2 * DAY)
    await say(h, activated(AGENCY, S3, date(2026, 1, 1)))
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "offsite")]


async def test_what_is_brought_in_later_was_told_of_when_it_was_registered(
    h: House, clock: FrozenClock
) -> None:
    """Its device says 2099, so that the period runs from when it was told of."""
    await say(h, activated(AGENCY, S3))
    said = {"recorded_start": "2099-01-01T00:00:00Z", "recorded_end": "2099-01-01T00:02:00Z"}
    device, its_id = await registered(h), uuid4()
    body = offsite(device["storage_device_id"], FILM, **said)
    entry = await h.done(OFFICER, "PUT", f"{OFFSITE}/{its_id}", body)
    before = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{entry['clip_id']}/duties")
    clock.move(DAY / 2)
    answer = await announce(h, OFFICER, FILM, its_id, **said)
    assert answer.headers["clip-id"] == entry["clip_id"]
    after = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{entry['clip_id']}/duties")
    assert after["duties"][0]["due_at"] == before["duties"][0]["due_at"]
