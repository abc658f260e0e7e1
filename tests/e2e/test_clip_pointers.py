"""A state secret never enters; a pointer says that it exists, and tells few where.

S1, annex 3, art. 15; S4, art. 27.
"""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from tests.support.house import House
from tests.support.offsite import (
    AGENCY,
    CUSTODIAN,
    LEADER,
    OFFICER,
    OFFSITE,
    STRANGER,
    look_alike,
    offsite,
    refusals,
    registered,
    told,
)
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import announce, upload
from tests.support.words import words

POINTERS = "/ingest/v1/pointers"
REGISTERED = "ingest.clip.pointer_registered.v1"
FILM = b"film"


def pointer(**other: object) -> dict[str, object]:
    said = words(OFFICER)
    known = ("recorded_start", "recorded_end", "carrier", "filmed_by")
    return (
        {name: said[name] for name in known}
        | {"kept_at": "保密室2号柜", "keeper_id": str(CUSTODIAN.subject)}
        | other
    )


async def pointed(h: House, key: UUID, **other: object) -> Any:  # noqa: ANN401 - JSON
    return await h.done(OFFICER, "PUT", f"{POINTERS}/{key}", pointer(**other))


async def test_a_refused_officer_is_offered_the_pointer_and_leaves_one(h: House) -> None:
    key = uuid4()
    refused = await announce(h, OFFICER, FILM, key, secrecy="state_secret")
    assert told(refused) == (403, "ingest.state-secret")
    assert "指引条目" in refused.json()["detail"]
    left = await pointed(h, key)
    assert left == {"clip_id": str(clip_id_of(AGENCY, key))}
    assert await pointed(h, key) == left
    (event,) = of_type(h, REGISTERED)
    assert event["recorded_start"] == "2026-01-05T01:00:00Z"
    assert (event["clip_id"], event["sha256"]) == (left["clip_id"], None)
    assert (event["filmed_by"], event["unit_id"]) == (str(OFFICER.subject), str(AGENCY))
    assert str(CUSTODIAN.subject) not in str(event)
    assert "保密室" not in str(event)


@pytest.mark.parametrize("who", [CUSTODIAN, LEADER], ids=["custodian", "leader"])
async def test_custodian_and_leader_see_where_it_is_kept(h: House, who: Requester) -> None:
    left = await pointed(h, uuid4(), sha256="ab" * 32)
    seen = await h.done(who, "GET", f"{POINTERS}/{left['clip_id']}")
    assert (seen["kept_at"], seen["keeper_id"]) == ("保密室2号柜", str(CUSTODIAN.subject))
    assert (seen["sha256"], seen["registered_by"]) == ("ab" * 32, str(OFFICER.subject))
    assert (await h.done(who, "GET", POINTERS))["items"] == [seen]


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.SUPERVISOR, Role.PARTY]
)
async def test_nobody_else_sees_it_not_even_who_left_it(h: House, role: Role) -> None:
    left, who = await pointed(h, uuid4()), person(role, agency_id=AGENCY)
    for path in (f"{POINTERS}/{left['clip_id']}", POINTERS):
        for caller in (who, OFFICER):
            assert told(await h.call(caller, "GET", path)) == (403, "common.not-for-role")
    assert {code for code, _, _ in refusals(h)} == {"common.not-for-role"}


@pytest.mark.parametrize("role", [Role.LEADER, Role.SUPERVISOR, Role.LAWYER])
async def test_only_officers_and_custodians_leave_one(h: House, role: Role) -> None:
    who = person(role, agency_id=AGENCY)
    answer = await h.call(who, "PUT", f"{POINTERS}/{uuid4()}", pointer())
    assert told(answer) == (403, "common.not-for-role")
    assert of_type(h, REGISTERED) == []


async def test_there_is_no_room_for_content_or_parties(h: House) -> None:
    for field in ("party", "cause", "description", "place", "officers"):
        answer = await h.call(OFFICER, "PUT", f"{POINTERS}/{uuid4()}", pointer(**{field: "张三"}))
        assert told(answer) == (422, "common.invalid")
        assert "张三" not in answer.text


async def test_nothing_comes_in_under_a_pointers_id(h: House) -> None:
    key = uuid4()
    left = await pointed(h, key)
    answer = await announce(h, OFFICER, FILM, key, secrecy="none")
    assert told(answer) == (403, "ingest.state-secret")
    device = await registered(h)
    outside = await h.call(
        OFFICER, "PUT", f"{OFFSITE}/{key}", offsite(device["storage_device_id"], FILM)
    )
    assert told(outside) == (409, "ingest.id-taken")
    assert [(code, thing) for code, thing, _ in refusals(h)] == [
        ("ingest.state-secret", left["clip_id"]),
        ("ingest.id-taken", left["clip_id"]),
    ]
    assert list((h.data / "spool").iterdir()) == []


async def test_a_pointer_is_never_changed_and_hides_nothing_that_is_here(h: House) -> None:
    key, uploaded, outside = uuid4(), uuid4(), uuid4()
    await pointed(h, key)
    await upload(h, OFFICER, FILM, uploaded)
    device = await registered(h)
    body = offsite(device["storage_device_id"], FILM)
    await h.done(OFFICER, "PUT", f"{OFFSITE}/{outside}", body)
    for taken, said in (
        (key, pointer(kept_at="别处")),
        (uploaded, pointer()),
        (outside, pointer()),
    ):
        answer = await h.call(OFFICER, "PUT", f"{POINTERS}/{taken}", said)
        assert told(answer) == (409, "ingest.id-taken")
    assert len(of_type(h, REGISTERED)) == 1


async def test_another_agency_cannot_tell_a_pointer_from_none(h: House) -> None:
    key = uuid4()
    left = await pointed(h, key)
    answer = await look_alike(h, STRANGER, f"{POINTERS}/{left['clip_id']}", f"{POINTERS}/{uuid4()}")
    assert told(answer) == (404, "ingest.pointer-unknown")
    assert refusals(h)[0] == ("ingest.pointer-unknown", left["clip_id"], AGENCY)
    assert (await h.done(STRANGER, "GET", POINTERS))["items"] == []
    theirs = await h.done(STRANGER, "PUT", f"{POINTERS}/{key}", pointer())
    assert theirs["clip_id"] == str(clip_id_of(STRANGER.agency_id, key))
