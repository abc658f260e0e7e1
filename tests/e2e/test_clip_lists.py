"""What an agency announced and what arrived is found without knowing any clip's id."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.uploads import announce, begin, send, upload

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
PARTY = person(Role.PARTY, agency_id=AGENCY)
LIST = "/ingest/v1/clips"


async def listed(h: House, who: Any = CUSTODIAN, **asked: Any) -> list[str]:  # noqa: ANN401 - JSON
    answer = await h.done(who, "GET", LIST, params=asked)
    return [item["clip_id"] for item in answer["items"]]


async def announced(h: House, film: bytes, **words: str) -> str:
    answer = await announce(h, OFFICER, film, None, **words)
    assert answer.status_code == 201, answer.text
    return answer.headers["clip-id"]


async def test_what_is_on_its_way_and_what_arrived_are_listed_the_newest_first(
    h: House, clock: FrozenClock
) -> None:
    kept = await upload(h, OFFICER, b"kept")
    clock.move(timedelta(minutes=1))
    location, begun = await begin(h, OFFICER, b"on its way")
    await send(h, OFFICER, location, 0, b"on")
    answer = await h.done(CUSTODIAN, "GET", LIST)
    shown = [(item["clip_id"], item["state"], item["offset"]) for item in answer["items"]]
    assert shown == [(str(begun), "receiving", 2), (str(kept), "stored", 4)]
    assert answer["items"][0]["device_no"] == "执法仪-0017"
    assert answer["next"] is None


async def test_a_list_is_turned_over_page_by_page(h: House) -> None:
    made = {await announced(h, bytes([number])) for number in range(5)}
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}
    while True:
        page = await h.done(OFFICER, "GET", LIST, params=asked)
        seen += [item["clip_id"] for item in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert (len(seen), set(seen)) == (5, made)


async def test_a_list_is_narrowed_by_state_device_and_when_it_was_recorded(h: House) -> None:
    kept = str(await upload(h, OFFICER, b"kept"))
    other = await announced(
        h,
        b"other",
        device_no="执法仪-0099",
        recorded_start="2026-02-01T09:00:00+08:00",
        recorded_end="2026-02-01T09:01:00+08:00",
    )
    assert await listed(h, state="stored") == [kept]
    assert await listed(h, state="receiving") == [other]
    assert await listed(h, device_no="执法仪-0099") == [other]
    assert await listed(h, recorded_from="2026-02-01T01:00:00Z") == [other]
    assert await listed(h, recorded_to="2026-02-01T01:00:00Z") == [kept]
    assert await listed(h, state="stored", device_no="执法仪-0099") == []


async def test_parts_of_a_film_are_no_clips(h: House) -> None:
    headers = {"tus-resumable": "1.0.0", "upload-length": "4", "upload-concat": "partial"}
    assert (await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers)).is_success
    assert await listed(h) == []


async def test_another_agency_sees_nothing_also_by_a_cursor(h: House) -> None:
    kept = await upload(h, OFFICER, b"kept")
    own = UUID((await announce(h, STRANGER, b"theirs")).headers["clip-id"])
    assert await listed(h, STRANGER) == [str(own)]
    assert await listed(h, STRANGER, cursor=str(kept)) == [str(own)]


async def test_who_is_no_staff_is_refused_the_list(h: House) -> None:
    assert (await h.call(PARTY, "GET", LIST)).status_code == 403


@pytest.mark.parametrize(
    "asked", [{"state": "part"}, {"recorded_from": "2026-02-01"}, {"limit": 0}, {"cursor": "x"}]
)
async def test_what_cannot_be_asked_for_is_told_so(h: House, asked: dict[str, Any]) -> None:
    answer = await h.call(CUSTODIAN, "GET", LIST, params=asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "common.invalid")


async def test_what_arrived_is_unlinked_until_it_serves_an_activity(h: House) -> None:
    kept = await upload(h, OFFICER, b"kept")
    await begin(h, OFFICER, b"on its way")
    await settle(h.app)
    unlinked = await h.done(CUSTODIAN, "GET", "/catalog/v1/unlinked-clips")
    assert [item["clip_id"] for item in unlinked["items"]] == [str(kept)]
