"""A film that is kept already becomes an entry that names its original; nothing is kept twice."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import Requester
from contracts.identity import Role
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import TUS, ask, begin, clip, header, send, upload
from tests.support.words import metadata

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
FILM = bytes(range(256)) * 500
RESUBMITTED = "ingest.clip.resubmitted.v1"


async def announced_by_a_dock(
    h: House, who: Requester, client_id: UUID, film: bytes = FILM, **other: str
) -> httpx.Response:
    pairs = metadata(who, client_id, sha256(film).hexdigest(), **other)
    headers = TUS | {
        "upload-length": str(len(film)),
        "upload-metadata": header(pairs),
        "prefer": "resubmission",
    }
    return await h.call(who, "POST", "/ingest/uploads/", headers=headers)


def objects(h: House) -> set[str]:
    return {path.name for path in (h.data / "objects").rglob("*") if path.is_file()}


async def test_a_dock_is_told_at_once_that_a_film_is_kept(h: House) -> None:
    original_id = await upload(h, OFFICER, FILM)
    told = await announced_by_a_dock(h, OFFICER, uuid4())
    assert told.status_code == 201
    assert told.headers["clip-original"] == str(original_id)
    assert told.headers["upload-offset"] == str(len(FILM))
    entry_id = UUID(told.headers["clip-id"])
    entry = await clip(h, OFFICER, entry_id)
    assert (entry["clip_id"], entry["state"]) == (str(entry_id), "resubmitted")
    assert entry["original_id"] == str(original_id)
    assert entry["sha256"] == sha256(FILM).hexdigest()
    asked = await ask(h, OFFICER, told.headers["location"])
    assert asked.headers["upload-offset"] == str(len(FILM))
    assert (await clip(h, OFFICER, original_id))["original_id"] is None
    assert objects(h) == {sha256(FILM).hexdigest()}


async def test_a_film_whose_original_is_lost_is_wanted_again(h: House) -> None:
    """Or the card that has the last copy would be wiped."""
    original_id = await upload(h, OFFICER, FILM)
    digest = sha256(FILM).hexdigest()
    kept = h.data / "objects" / digest[:2] / digest
    kept.unlink()
    told = await announced_by_a_dock(h, OFFICER, uuid4())
    assert "clip-original" not in told.headers
    assert told.headers["upload-offset"] == "0"
    sent = await send(h, OFFICER, told.headers["location"], 0, FILM)
    assert sent.headers["clip-original"] == str(original_id)
    assert kept.read_bytes() == FILM


async def test_the_entry_is_announced_once_however_often_it_is_asked_for(h: House) -> None:
    original_id = await upload(h, OFFICER, FILM)
    client_id = uuid4()
    told = [await announced_by_a_dock(h, OFFICER, client_id) for _ in range(3)]
    assert [answer.status_code for answer in told] == [201, 200, 200]
    assert len({answer.headers["location"] for answer in told}) == 1
    assert {answer.headers["clip-original"] for answer in told} == {str(original_id)}
    await settle(h.app)
    events = resubmissions(h)
    assert [event["clip_id"] for event in events] == [str(original_id)]
    assert events[0]["resubmitted_as"] == told[0].headers["clip-id"]
    assert events[0]["is_compared"] is False


async def test_a_client_that_sends_all_the_same_is_told_in_the_end(h: House) -> None:
    original_id = await upload(h, OFFICER, FILM)
    location, entry_id = await begin(h, OFFICER, FILM)
    answers = [await send(h, OFFICER, location, 0, FILM)]
    answers.append(await send(h, OFFICER, location, len(FILM), b""))
    assert [answer.status_code for answer in answers] == [204, 204]
    assert {answer.headers["clip-original"] for answer in answers} == {str(original_id)}
    assert (await clip(h, OFFICER, entry_id))["state"] == "resubmitted"
    await settle(h.app)
    assert [event["is_compared"] for event in resubmissions(h)] == [True]
    assert objects(h) == {sha256(FILM).hexdigest()}
    assert list((h.data / "spool").glob("*")) == []


async def test_of_two_that_came_at_once_the_first_is_the_original(h: House) -> None:
    places = [await begin(h, OFFICER, FILM) for _ in range(2)]
    for location, _ in places:
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
    states = [(await clip(h, OFFICER, clip_id))["state"] for _, clip_id in places]
    assert states == ["stored", "resubmitted"]


async def test_another_agency_learns_nothing(h: House) -> None:
    await upload(h, OFFICER, FILM)
    stranger = person(Role.OFFICER, agency_id=uuid4())
    told = await announced_by_a_dock(h, stranger, uuid4())
    fresh = await announced_by_a_dock(h, stranger, uuid4(), FILM[::-1])
    assert told.headers["upload-offset"] == "0"
    assert told.headers.keys() == fresh.headers.keys()
    assert "clip-original" not in told.headers
    sent = await send(h, stranger, told.headers["location"], 0, FILM)
    assert "clip-original" not in sent.headers
    own = await clip(h, stranger, UUID(told.headers["clip-id"]))
    assert (own["state"], own["original_id"]) == ("stored", None)


async def test_an_entry_of_another_agency_is_unknown(h: House) -> None:
    await upload(h, OFFICER, FILM)
    told = await announced_by_a_dock(h, OFFICER, uuid4())
    stranger = person(Role.OFFICER, agency_id=uuid4())
    answer = await h.call(stranger, "GET", f"/ingest/v1/clips/{told.headers['clip-id']}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("film", "other"),
    [(FILM, {"device_no": "执法仪-0018"}), (FILM[:-1], {})],
    ids=["device", "film"],
)
async def test_only_the_same_film_of_the_same_device_is_one(
    h: House, film: bytes, other: dict[str, str]
) -> None:
    await upload(h, OFFICER, FILM)
    told = await announced_by_a_dock(h, OFFICER, uuid4(), film, **other)
    assert "clip-original" not in told.headers
    assert told.headers["upload-offset"] == "0"


async def test_a_digest_with_another_length_is_not_believed(h: House) -> None:
    await upload(h, OFFICER, FILM)
    pairs = metadata(OFFICER, uuid4(), sha256(FILM).hexdigest())
    headers = {"upload-length": "5", "upload-metadata": header(pairs), "prefer": "resubmission"}
    told = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=TUS | headers)
    assert "clip-original" not in told.headers


async def test_a_quarantined_film_is_nobodys_original(h: House) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    other = FILM[::-1]
    assert (await send(h, OFFICER, location, 0, other)).status_code == 422
    told = await announced_by_a_dock(h, OFFICER, uuid4(), other)
    assert "clip-original" not in told.headers


def resubmissions(h: House) -> list[dict[str, Any]]:
    return of_type(h, RESUBMITTED)
