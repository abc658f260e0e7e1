"""Who sends a film is looked at before its first byte and again before it is complete."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest

from contracts.identity import AccountDisabled, Role
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.people import person
from tests.support.said import of_type, said, say
from tests.support.uploads import TUS, announce, ask, begin, clip, header, send
from tests.support.words import metadata

AGENCY = uuid4()
OFFICER, COLLEAGUE = (person(Role.OFFICER, agency_id=AGENCY) for _ in range(2))
FILM = bytes(range(256)) * 64
HALF = len(FILM) // 2
TOKEN_LASTS = timedelta(minutes=10)
STORED = "ingest.clip.stored.v1"

Happens = Callable[[House, FrozenClock], Awaitable[None]]


async def the_token_ends(_h: House, clock: FrozenClock) -> None:
    clock.move(TOKEN_LASTS)


async def the_account_is_closed(h: House, _clock: FrozenClock) -> None:
    await say(
        h,
        AccountDisabled(agency_id=AGENCY, account_id=OFFICER.subject, disabled_by=uuid4()),
    )


async def halves(
    content: bytes, between: Happens, h: House, clock: FrozenClock
) -> AsyncIterator[bytes]:
    yield content[: len(content) // 2]
    await between(h, clock)
    yield content[len(content) // 2 :]


@pytest.mark.parametrize(
    ("happens", "status", "code"),
    [
        (the_token_ends, 401, "common.not-signed-in"),
        (the_account_is_closed, 403, "ingest.account-closed"),
    ],
)
async def test_who_may_not_any_more_completes_no_film_and_loses_no_byte_but_the_last(
    h: House, clock: FrozenClock, happens: Happens, status: int, code: str
) -> None:
    location, clip_id = await begin(h, OFFICER, FILM)
    body = halves(FILM, happens, h, clock)
    refused = await send(h, OFFICER, location, 0, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert STORED not in said(h, "ingest")
    (event,) = of_type(h, "ingest.request.refused.v1")
    assert (event["code"], event["thing_id"]) == (code, str(clip_id))
    there = int((await ask(h, COLLEAGUE, location)).headers["upload-offset"])
    assert there == len(FILM) - 1
    assert (await send(h, COLLEAGUE, location, there, FILM[there:])).status_code == 204
    assert (await clip(h, COLLEAGUE, clip_id))["sha256"] == sha256(FILM).hexdigest()


async def test_a_new_token_goes_on(h: House, clock: FrozenClock) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    await send(h, OFFICER, location, 0, halves(FILM, the_token_ends, h, clock))
    there = len(FILM) - 1
    assert (await send(h, OFFICER, location, there, FILM[there:])).status_code == 204
    assert said(h, "ingest").count(STORED) == 1


async def test_a_token_that_ends_in_the_middle_of_a_film_is_no_reason_to_stop(
    h: House, clock: FrozenClock
) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    answer = await send(h, OFFICER, location, 0, halves(FILM[:HALF], the_token_ends, h, clock))
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(HALF))


async def test_a_closed_account_sends_and_begins_nothing_with_a_token_it_still_has(
    h: House, clock: FrozenClock
) -> None:
    location, _ = await begin(h, OFFICER, FILM)
    await the_account_is_closed(h, clock)
    for refused in (
        await send(h, OFFICER, location, 0, FILM),
        await announce(h, OFFICER, FILM),
        await h.call(OFFICER, "DELETE", location, headers=TUS),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "ingest.account-closed")
    assert (await ask(h, COLLEAGUE, location)).headers["upload-offset"] == "0"


async def test_parts_are_not_joined_for_an_account_that_was_closed(
    h: House, clock: FrozenClock
) -> None:
    part = TUS | {"upload-concat": "partial", "upload-length": str(len(FILM))}
    location = (await h.call(OFFICER, "POST", "/ingest/uploads/", headers=part)).headers["location"]
    assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
    await the_account_is_closed(h, clock)
    words = header(metadata(OFFICER, uuid4(), sha256(FILM).hexdigest()))
    final = TUS | {"upload-concat": f"final;{location}", "upload-metadata": words}
    refused = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=final)
    assert (refused.status_code, refused.json()["code"]) == (403, "ingest.account-closed")
    spooled = [file.name for file in (h.data / "spool").iterdir()]
    assert spooled == [location.rpartition("/")[2]]
