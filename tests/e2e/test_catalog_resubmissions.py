"""A film that came twice: whoever holds the second number is led to the first."""

from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from contracts.identity import Role
from tests.support.cabinet import (
    AGENCY,
    CUSTODIAN,
    OFFICER,
    STRANGER,
    Cabinet,
    quarantined,
    stored,
    told,
)
from tests.support.house import settle
from tests.support.people import person
from tests.support.telling_of_clips import registered_offsite, resubmitted
from tests.support.uploads import upload

COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY, unit_id=uuid4())


async def came_again(c: Cabinet, original_id: UUID | None = None) -> UUID:
    """The id of an entry whose original is the cabinet's clip."""
    entry_id = uuid4()
    original_id = original_id or c.clip_id
    await c.hear(resubmitted(original_id, entry_id, AGENCY, OFFICER.subject))
    return entry_id


async def test_whoever_looks_an_entry_up_is_told_its_original(c: Cabinet) -> None:
    entry_id = await came_again(c)
    entry = await c.done(CUSTODIAN, "GET", f"/clips/{entry_id}")
    assert (entry["clip_id"], entry["state"]) == (str(entry_id), "resubmitted")
    assert entry["original_id"] == str(c.clip_id)
    original = await c.done(CUSTODIAN, "GET", f"/clips/{c.clip_id}")
    assert (original["state"], original["original_id"]) == ("stored", None)
    assert original["resubmitted_as"] == [str(entry_id)]


@pytest.mark.parametrize("who", [OFFICER, CUSTODIAN, COLLEAGUE], ids=["own", "custodian", "other"])
async def test_an_entry_serves_no_case_and_the_answer_names_what_does(
    c: Cabinet, who: Requester
) -> None:
    entry_id = await came_again(c)
    body = {"clip_id": str(entry_id), "activity_id": str(c.activity_id)}
    answer = await c.call(who, "PUT", f"/links/{uuid4()}", body)
    assert told(answer) == (409, "catalog.clip-resubmitted")
    assert answer.json()["original_id"] == str(c.clip_id)
    assert str(c.clip_id) in answer.json()["detail"]
    assert c.said("clip.linked") == []


async def test_a_mark_belongs_into_the_original_and_the_same_key_makes_it_there(
    c: Cabinet,
) -> None:
    entry_id = await came_again(c)
    path = f"/marks/{uuid4()}"
    body = {"activity_id": str(c.activity_id), "point": "certificate_shown", "offset_ms": 1000}
    answer = await c.call(OFFICER, "PUT", path, body | {"clip_id": str(entry_id)})
    assert told(answer) == (409, "catalog.clip-resubmitted")
    again = body | {"clip_id": answer.json()["original_id"]}
    assert (await c.call(OFFICER, "PUT", path, again)).status_code == 201


async def test_an_entry_heard_of_before_its_original_waits_for_nothing(c: Cabinet) -> None:
    original_id = uuid4()
    entry_id = await came_again(c, original_id)
    assert told(await c.call(OFFICER, "GET", f"/clips/{original_id}"))[0] == 404
    entry = await c.done(OFFICER, "GET", f"/clips/{entry_id}")
    assert entry["original_id"] == str(original_id)
    await c.hear(stored(original_id))
    original = await c.done(OFFICER, "GET", f"/clips/{original_id}")
    assert (original["state"], original["resubmitted_as"]) == ("stored", [str(entry_id)])


@pytest.mark.parametrize("is_last", [True, False], ids=["entry-last", "entry-first"])
async def test_what_was_said_under_the_entrys_id_before_gives_way_in_either_order(
    c: Cabinet, *, is_last: bool
) -> None:
    """The entry's news and the original's are told under two keys, so no order holds."""
    entry_id = uuid4()
    start, end = stored(entry_id).recorded_start, stored(entry_id).recorded_end
    lying = registered_offsite(entry_id, uuid4(), AGENCY, start, end)
    again = resubmitted(c.clip_id, entry_id, AGENCY, OFFICER.subject)
    before = [lying, quarantined(entry_id)]
    for event in [*before, again] if is_last else [again, *before]:
        await c.hear(event)
    entry = await c.done(OFFICER, "GET", f"/clips/{entry_id}")
    assert (entry["state"], entry["elsewhere"]) == ("resubmitted", None)


async def test_another_agencys_entry_looks_like_none(c: Cabinet) -> None:
    entry_id = await came_again(c)
    answers = [await c.call(STRANGER, "GET", f"/clips/{id_}") for id_ in (entry_id, uuid4())]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content


async def test_a_card_taken_in_twice_is_one_film_in_the_catalogue(c: Cabinet) -> None:
    film = bytes(range(256)) * 64
    original_id, entry_id = [await upload(c.house, OFFICER, film) for _ in range(2)]
    await settle(c.house.app)
    entry = await c.done(OFFICER, "GET", f"/clips/{entry_id}")
    assert (entry["state"], entry["original_id"]) == ("resubmitted", str(original_id))
    body = {"clip_id": entry["original_id"], "activity_id": str(c.activity_id)}
    assert (await c.done(OFFICER, "PUT", f"/links/{uuid4()}", body))["clip_id"] == str(original_id)
