"""What the law asks stays to be done until the recording is kept, whatever became of an upload.

The films of these tests end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.packs import S1, activated
from tests.support.people import person
from tests.support.said import of_type, say
from tests.support.uploads import TUS, begin, send, upload

S4 = "s4-xinle-fagai"
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
OVERDUE = "ingest.duty.overdue.v1"
FILM = b"film" * 100
DAY = timedelta(days=1)


async def late(h: House) -> list[tuple[str, str]]:
    """Whose duties are late, and what became of the clip."""
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": "late"})
    return [(duty["clip_id"], duty["clip_state"]) for duty in found["items"]]


async def why(h: House, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    found = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")
    (duty,) = (duty for duty in found["duties"] if duty["rule_id"] == "s4.23-1")
    return duty["state"], duty["why"]


async def given_up(h: House) -> UUID:
    location, clip_id = await begin(h, OFFICER, FILM)
    await h.call(OFFICER, "DELETE", location, headers=TUS)
    await settle(h.app)
    return clip_id


async def spoilt(h: House, film: bytes = FILM) -> UUID:
    """A film of which other bytes came than were announced."""
    location, clip_id = await begin(h, OFFICER, film)
    assert (await send(h, OFFICER, location, 0, film[:-1] + b"!")).status_code == 422
    await settle(h.app)
    return clip_id


async def test_to_give_an_upload_up_does_not_do_what_the_law_asks(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clip_id = await given_up(h)
    clock.move(DAY)
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "ended")]
    assert [event["clip_id"] for event in of_type(h, OVERDUE)] == [str(clip_id)]
    state, explained = await why(h, clip_id)
    assert (state, "上传已终止" in explained) == ("late", True)


async def test_an_upload_that_expired_is_no_excuse_either(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await begin(h, OFFICER, FILM)
    clock.move(31 * DAY)
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "ended")]


async def test_a_quarantined_film_is_still_to_be_stored(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, S4))
    clip_id = await spoilt(h)
    clock.move(DAY)
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "quarantined")]
    assert [event["clip_id"] for event in of_type(h, OVERDUE)] == [str(clip_id)]
    state, explained = await why(h, clip_id)
    assert (state, "已隔离" in explained) == ("late", True)


async def test_a_film_on_its_way_is_said_to_be(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await begin(h, OFFICER, FILM)
    clock.move(DAY)
    await settle(h.app)
    assert await late(h) == [(str(clip_id), "awaited")]


async def test_one_that_is_there_but_filed_too_little_is_said_to_be_stored(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S1))
    clip_id = await upload(h, OFFICER, FILM)
    clock.move(2 * DAY)
    await settle(h.app)
    assert (str(clip_id), "stored") in await late(h)


async def test_the_same_recording_kept_under_another_id_ends_them(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    quarantined, ended = await spoilt(h), await given_up(h)
    clock.move(DAY)
    await settle(h.app)
    assert {clip for clip, _ in await late(h)} == {str(quarantined), str(ended)}
    kept = await upload(h, OFFICER, FILM)
    assert await late(h) == []
    await given_up(h)  # of what is kept already nothing is asked
    assert await late(h) == []
    assert (await why(h, kept))[0] == "late"  # it came a day after


async def test_what_was_sent_and_then_announced_rightly_ends_them_as_well(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    await spoilt(h)
    clock.move(DAY)
    await settle(h.app)
    assert len(await late(h)) == 1
    await upload(h, OFFICER, FILM[:-1] + b"!")
    assert await late(h) == []


async def test_an_entry_of_a_kept_film_was_stored_when_that_was(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    await upload(h, OFFICER, FILM)
    clock.move(DAY)
    entry = await upload(h, OFFICER, FILM)
    assert (await why(h, entry))[0] == "met"
    assert await late(h) == []
