"""Storage devices outside the system: each has a keeper, and goes to no other on one word.

S4, art. 23: 不得私自保管或者擅自交给他人保管.
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from common.auth import Requester
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.offsite import (
    AGENCY,
    CUSTODIAN,
    DEVICES,
    HEAD,
    LEADER,
    OFFICER,
    STRANGER,
    disk,
    look_alike,
    refusals,
    registered,
    told,
)
from tests.support.people import person
from tests.support.said import of_type

NEXT = person(Role.CUSTODIAN, Role.UNIT_HEAD, agency_id=AGENCY)


async def ask(h: House, who: Requester, device: Any, to: Requester = NEXT) -> Any:  # noqa: ANN401 - JSON
    path = f"{DEVICES}/{device['storage_device_id']}/keeper-requests/{uuid4()}"
    return await h.done(who, "PUT", path, {"to_keeper_id": str(to.subject)})


def authorising(device: Any, request: Any) -> str:  # noqa: ANN401 - JSON
    of = f"{DEVICES}/{device['storage_device_id']}"
    return f"{of}/keeper-requests/{request['request_id']}/authorise"


async def test_a_custodian_registers_a_device_with_its_keeper(h: House) -> None:
    path = f"{DEVICES}/{uuid4()}"
    device = await h.done(CUSTODIAN, "PUT", path, disk())
    assert await h.done(CUSTODIAN, "PUT", path, disk()) == device
    assert device["keeper_id"] == str(CUSTODIAN.subject)
    assert (device["number"], device["retired_at"]) == ("存储-01", None)
    read = await h.done(OFFICER, "GET", f"{DEVICES}/{device['storage_device_id']}")
    assert read == device
    (event,) = of_type(h, "ingest.storage_device.registered.v1")
    assert event["storage_device_id"] == device["storage_device_id"]
    assert event["keeper_id"] == str(CUSTODIAN.subject)
    assert "存储" not in str(event)


async def test_a_key_or_a_number_is_of_one_device_only(h: House) -> None:
    path = f"{DEVICES}/{uuid4()}"
    await h.done(CUSTODIAN, "PUT", path, disk())
    other_words = await h.call(CUSTODIAN, "PUT", path, disk(place="二楼"))
    same_number = await h.call(CUSTODIAN, "PUT", f"{DEVICES}/{uuid4()}", disk())
    assert told(other_words) == (409, "ingest.key-taken")
    assert told(same_number) == (409, "ingest.number-taken")
    assert [code for code, _, _ in refusals(h)] == ["ingest.key-taken", "ingest.number-taken"]
    theirs = await h.call(STRANGER, "PUT", path, disk())
    assert theirs.status_code == 201  # their key and their number are their own


async def test_a_keeper_changes_only_when_a_second_person_agrees(
    h: House, clock: FrozenClock
) -> None:
    device = await registered(h)
    request = await ask(h, CUSTODIAN, device)
    read = await h.done(OFFICER, "GET", f"{DEVICES}/{device['storage_device_id']}")
    assert read["keeper_id"] == str(CUSTODIAN.subject)  # asking alone changes nothing
    assert of_type(h, "ingest.storage_device.keeper_changed.v1") == []
    clock.move(timedelta(hours=2))
    changed = await h.done(LEADER, "POST", authorising(device, request))
    assert changed["keeper_id"] == str(NEXT.subject)
    assert changed["first_keeper_id"] == str(CUSTODIAN.subject)
    (kept,) = changed["keeper_requests"]
    assert (kept["requested_by"], kept["requested_at"]) == (
        str(CUSTODIAN.subject),
        "2026-01-05T09:00:00Z",
    )
    assert (kept["authorised_by"], kept["authorised_at"]) == (
        str(LEADER.subject),
        "2026-01-05T11:00:00Z",
    )
    assert await h.done(HEAD, "POST", authorising(device, request)) == changed
    (event,) = of_type(h, "ingest.storage_device.keeper_changed.v1")
    assert (event["requested_by"], event["authorised_by"]) == (
        str(CUSTODIAN.subject),
        str(LEADER.subject),
    )


async def test_who_asked_or_would_receive_it_does_not_authorise(h: House) -> None:
    both = person(Role.CUSTODIAN, Role.LEADER, agency_id=AGENCY)
    device = await registered(h)
    for asked_by, authorised_by in ((both, both), (CUSTODIAN, NEXT)):
        request = await ask(h, asked_by, device)
        answer = await h.call(authorised_by, "POST", authorising(device, request))
        assert told(answer) == (403, "ingest.not-independent")
    assert [code for code, _, _ in refusals(h)] == ["ingest.not-independent"] * 2
    read = await h.done(OFFICER, "GET", f"{DEVICES}/{device['storage_device_id']}")
    assert read["keeper_id"] == str(CUSTODIAN.subject)


async def test_a_request_from_before_another_change_is_not_authorised_any_more(h: House) -> None:
    device = await registered(h)
    first, second = [await ask(h, CUSTODIAN, device, to) for to in (NEXT, OFFICER)]
    await h.done(LEADER, "POST", authorising(device, first))
    late = await h.call(LEADER, "POST", authorising(device, second))
    assert told(late) == (409, "ingest.keeper-changed")


async def test_the_keeper_may_ask_and_others_may_not(h: House) -> None:
    device = await registered(h, keeper_id=str(OFFICER.subject))
    colleague = person(Role.OFFICER, agency_id=AGENCY)
    path = f"{DEVICES}/{device['storage_device_id']}/keeper-requests/{uuid4()}"
    answer = await h.call(colleague, "PUT", path, {"to_keeper_id": str(colleague.subject)})
    assert told(answer) == (403, "ingest.not-keeper")
    assert refusals(h) == [("ingest.not-keeper", device["storage_device_id"], AGENCY)]
    request = await h.done(OFFICER, "PUT", path, {"to_keeper_id": str(NEXT.subject)})
    again = await h.done(OFFICER, "PUT", path, {"to_keeper_id": str(NEXT.subject)})
    assert again == request
    other = await h.call(OFFICER, "PUT", path, {"to_keeper_id": str(HEAD.subject)})
    assert told(other) == (409, "ingest.key-taken")


async def test_a_device_out_of_use_stays_on_record_and_takes_no_keeper(h: House) -> None:
    device = await registered(h)
    of, waiting = f"{DEVICES}/{device['storage_device_id']}", await ask(h, CUSTODIAN, device)
    retired = await h.done(CUSTODIAN, "POST", f"{of}/retire")
    assert retired["retired_by"] == str(CUSTODIAN.subject)
    assert await h.done(CUSTODIAN, "POST", f"{of}/retire") == retired
    late = await h.call(LEADER, "POST", authorising(device, waiting))
    assert told(late) == (409, "ingest.storage-device-out-of-use")
    asked = await h.call(
        CUSTODIAN,
        "PUT",
        f"{of}/keeper-requests/{uuid4()}",
        {"to_keeper_id": str(NEXT.subject)},
    )
    assert told(asked) == (409, "ingest.storage-device-out-of-use")
    (listed,) = (await h.done(OFFICER, "GET", DEVICES))["items"]
    assert listed == retired
    assert len(of_type(h, "ingest.storage_device.retired.v1")) == 1


async def test_the_list_goes_on_page_by_page(h: House) -> None:
    made = {(await registered(h, f"存储-{n}"))["storage_device_id"] for n in range(3)}
    first = await h.done(OFFICER, "GET", f"{DEVICES}?limit=2")
    rest = await h.done(OFFICER, "GET", f"{DEVICES}?limit=2&cursor={first['next']}")
    seen = [it["storage_device_id"] for page in (first, rest) for it in page["items"]]
    assert (len(seen), set(seen), rest["next"]) == (3, made, None)


async def test_another_agency_cannot_tell_a_device_from_none(h: House) -> None:
    device = await registered(h)
    of, none = (f"{DEVICES}/{it}" for it in (device["storage_device_id"], uuid4()))
    assert told(await look_alike(h, STRANGER, of, none)) == (404, "ingest.storage-device-unknown")
    assert refusals(h)[0] == ("ingest.storage-device-unknown", device["storage_device_id"], AGENCY)
    request = await ask(h, CUSTODIAN, device)
    for method, path, body in (
        ("PUT", f"/keeper-requests/{uuid4()}", {"to_keeper_id": str(STRANGER.subject)}),
        ("POST", f"/keeper-requests/{request['request_id']}/authorise", None),
        ("POST", "/retire", None),
    ):
        theirs, nobodys = [await h.call(STRANGER, method, f"{at}{path}", body) for at in (of, none)]
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    assert (await h.done(STRANGER, "GET", DEVICES))["items"] == []
    read = await h.done(OFFICER, "GET", of)
    assert (read["keeper_id"], read["retired_at"]) == (str(CUSTODIAN.subject), None)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR, Role.LAWYER, Role.OFFICER])
async def test_only_custodians_designate_and_only_heads_authorise(h: House, role: Role) -> None:
    device = await registered(h)
    request, who = await ask(h, CUSTODIAN, device), person(role, agency_id=AGENCY)
    of = f"{DEVICES}/{device['storage_device_id']}"
    for method, path, body in (
        ("PUT", f"{DEVICES}/{uuid4()}", disk("存储-02")),
        ("POST", authorising(device, request), None),
        ("POST", f"{of}/retire", None),
    ):
        answer = await h.call(who, method, path, body)
        assert told(answer) == (403, "common.not-for-role")
    assert [code for code, _, _ in refusals(h)] == ["common.not-for-role"] * 3
