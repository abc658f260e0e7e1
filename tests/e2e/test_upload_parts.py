"""Films whose length is learnt late, and films that come as parts side by side."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import anyio
import httpx
import pytest
from sqlmodel import Session

from common.auth import Requester
from common.errors import DatabaseAwayError
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import TUS, ask, clip, header, send
from tests.support.words import metadata

FILM = b"first part|" * 30 + b"second part|" * 40
CUT = 11 * 30
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
UPLOADS = "/ingest/uploads/"


def words(client_id: UUID | None = None, **other: str) -> str:
    digest = hashlib.sha256(FILM).hexdigest()
    return header(metadata(OFFICER, client_id or uuid4(), digest, **other))


def spooled(h: House) -> list[Path]:
    return list((h.data / "spool").iterdir())


async def deferred(h: House, **more: str) -> str:
    headers = TUS | {"upload-defer-length": "1", "upload-metadata": words()} | more
    answer = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def part(h: House, content: bytes, who: Requester = OFFICER, **more: str) -> str:
    headers = TUS | {"upload-concat": "partial", "upload-length": str(len(content))} | more
    answer = await h.call(who, "POST", UPLOADS, headers=headers)
    assert answer.status_code == 201, answer.text
    location = answer.headers["location"]
    assert (await send(h, who, location, 0, content)).status_code == 204
    return location


async def join(
    h: House, *parts: str, client_id: UUID | None = None, **other: str
) -> httpx.Response:
    said_of_it = {
        "upload-concat": f"final;{' '.join(parts)}",
        "upload-metadata": words(client_id, **other),
    }
    return await h.call(OFFICER, "POST", UPLOADS, headers=TUS | said_of_it)


async def test_a_film_may_begin_before_its_length_is_known(h: House) -> None:
    location = await deferred(h)
    await send(h, OFFICER, location, 0, FILM[:CUT])
    asked = await ask(h, OFFICER, location)
    assert (asked.headers["upload-offset"], asked.headers["upload-defer-length"]) == ("330", "1")
    assert "upload-length" not in asked.headers
    length = {"upload-length": str(len(FILM))}
    assert (await send(h, OFFICER, location, CUT, FILM[CUT:], **length)).status_code == 204
    asked = await ask(h, OFFICER, location)
    assert (asked.headers["upload-length"], "upload-defer-length" in asked.headers) == (
        str(len(FILM)),
        False,
    )
    assert spooled(h) == []
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


async def test_the_length_may_be_told_when_every_byte_is_here(h: House) -> None:
    location = await deferred(h)
    await send(h, OFFICER, location, 0, FILM)
    assert said(h, "ingest") == []
    length = {"upload-length": str(len(FILM))}
    assert (await send(h, OFFICER, location, len(FILM), b"", **length)).status_code == 204
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


@pytest.mark.parametrize("told", [CUT - 1, 9 * 1024**3])
async def test_a_length_that_cannot_be_is_refused(h: House, told: int) -> None:
    location = await deferred(h)
    await send(h, OFFICER, location, 0, FILM[:CUT])
    answer = await send(h, OFFICER, location, CUT, b"x", **{"upload-length": str(told)})
    assert (answer.status_code, answer.json()["code"]) == (400, "ingest.length-invalid")
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "330"


async def test_a_length_told_at_the_wrong_place_is_not_heard(h: House) -> None:
    location = await deferred(h)
    await send(h, OFFICER, location, 0, FILM[:CUT])
    answer = await send(h, OFFICER, location, 0, FILM, **{"upload-length": str(CUT)})
    assert (answer.status_code, answer.json()["code"]) == (409, "ingest.offset-differs")
    assert (await ask(h, OFFICER, location)).headers["upload-defer-length"] == "1"


async def test_a_length_once_told_stays(h: House) -> None:
    location = await deferred(h)
    told = {"upload-length": str(len(FILM))}
    await send(h, OFFICER, location, 0, FILM[:CUT], **told)
    again = await send(h, OFFICER, location, CUT, b"x", **{"upload-length": "400"})
    assert (again.status_code, again.json()["code"]) == (400, "ingest.length-invalid")
    assert (await send(h, OFFICER, location, CUT, FILM[CUT:], **told)).status_code == 204


@pytest.mark.parametrize(
    "odd",
    [
        {"upload-defer-length": "0"},
        {"upload-defer-length": "1", "upload-length": "9"},
        {"upload-concat": "partial;x", "upload-length": "9"},
        {"upload-concat": "final;"},
        {"upload-concat": "final;/ingest/uploads/../../keys"},
    ],
)
async def test_odd_headers_are_refused(h: House, odd: dict[str, str]) -> None:
    headers = TUS | {"upload-metadata": words()} | odd
    answer = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "ingest.header-invalid")


async def test_parts_become_one_film(h: House) -> None:
    first, second = await part(h, FILM[:CUT]), await part(h, FILM[CUT:])
    asked = await ask(h, OFFICER, first)
    assert (asked.headers["upload-concat"], asked.headers["upload-offset"]) == ("partial", "330")
    assert said(h, "ingest") == []  # a part is no clip
    joined = await join(h, f"http://house{first}", second)
    assert joined.status_code == 201, joined.text
    kept = await clip(h, OFFICER, UUID(joined.headers["clip-id"]))
    assert (kept["state"], kept["size_bytes"]) == ("stored", len(FILM))
    assert spooled(h) == []
    for gone in (first, second):
        assert (await ask(h, OFFICER, gone)).status_code == 410
    asked = await ask(h, OFFICER, joined.headers["location"])
    assert asked.headers["upload-concat"].startswith("final;")
    assert asked.headers["upload-offset"] == str(len(FILM))
    more = await send(h, OFFICER, joined.headers["location"], len(FILM), b"more")
    assert (more.status_code, more.json()["code"]) == (403, "ingest.joined")


async def test_joining_again_is_joining_once(h: House) -> None:
    client_id = uuid4()
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    first = await join(h, *parts, client_id=client_id)
    again = await join(h, *parts, client_id=client_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.headers["location"] == again.headers["location"]
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


async def test_parts_in_another_order_are_another_film_and_kept_apart(h: House) -> None:
    first, second = await part(h, FILM[:CUT]), await part(h, FILM[CUT:])
    answer = await join(h, second, first)
    assert (answer.status_code, answer.json()["code"]) == (422, "ingest.digest-differs")
    assert said(h, "ingest") == ["ingest.clip.quarantined.v1", "ingest.clip.locked.v1"]


async def test_a_part_becomes_part_of_one_film_only(h: House) -> None:
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    answers: list[httpx.Response] = []

    async def race() -> None:
        answers.append(await join(h, *parts))

    async with anyio.create_task_group() as racers:
        racers.start_soon(race)
        racers.start_soon(race)
    assert sorted(answer.status_code for answer in answers) == [201, 400]
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]
    assert spooled(h) == []


async def test_only_complete_parts_of_one_s_own_are_joined(h: House) -> None:
    whole, foreign = await part(h, FILM[:CUT]), await part(h, FILM[CUT:], COLLEAGUE)
    headers = TUS | {"upload-concat": "partial", "upload-length": "90"}
    begun = (await h.call(OFFICER, "POST", UPLOADS, headers=headers)).headers["location"]
    film = await deferred(h)
    for other in (begun, foreign, film, whole, UPLOADS + "0" * 32):
        answer = await join(h, whole, other)
        assert (answer.status_code, answer.json()["code"]) == (400, "ingest.parts-invalid")
    assert (await ask(h, OFFICER, whole)).headers["upload-offset"] == "330"
    assert said(h, "ingest") == []


async def test_a_film_on_its_way_as_one_piece_is_not_joined_of_parts(h: House) -> None:
    client_id = uuid4()
    headers = TUS | {"upload-length": str(len(FILM)), "upload-metadata": words(client_id)}
    await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    answer = await join(h, *parts, client_id=client_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "ingest.begun-otherwise")
    assert (await ask(h, OFFICER, parts[0])).headers["upload-offset"] == "330"


async def test_parts_of_a_film_that_is_here_already_are_not_kept_beside_it(h: House) -> None:
    client_id = uuid4()
    await join(h, await part(h, FILM[:CUT]), await part(h, FILM[CUT:]), client_id=client_id)
    once_more = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    assert (await join(h, *once_more, client_id=client_id)).status_code == 200
    assert spooled(h) == []


async def test_bytes_of_a_refused_chunk_never_become_part_of_a_film(h: House) -> None:
    wrong = {"upload-checksum": "sha256 " + b64encode(bytes(32)).decode()}
    headers = TUS | {"upload-concat": "partial", "upload-defer-length": "1"}
    first = (await h.call(OFFICER, "POST", UPLOADS, headers=headers)).headers["location"]
    await send(h, OFFICER, first, 0, FILM[:CUT])
    refused = await send(h, OFFICER, first, CUT, b"junk", **wrong)
    assert refused.status_code == 460
    ended = await send(h, OFFICER, first, CUT, b"", **{"upload-length": str(CUT)})
    assert ended.status_code == 204
    joined = await join(h, first, await part(h, FILM[CUT:]))
    assert (await clip(h, OFFICER, UUID(joined.headers["clip-id"])))["state"] == "stored"


async def test_a_film_whose_length_is_learnt_before_it_is_announced_again(h: House) -> None:
    client_id = uuid4()
    headers = TUS | {"upload-defer-length": "1", "upload-metadata": words(client_id)}
    first = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    await send(h, OFFICER, first.headers["location"], 0, FILM[:CUT])
    headers = TUS | {"upload-length": str(len(FILM)), "upload-metadata": words(client_id)}
    again = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    assert (again.status_code, again.headers["upload-offset"]) == (200, "330")
    assert (await send(h, OFFICER, first.headers["location"], CUT, FILM[CUT:])).is_success
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


async def test_a_length_announced_while_bytes_come_is_not_forgotten(h: House) -> None:
    client_id, moving, go_on = uuid4(), anyio.Event(), anyio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield FILM[:CUT]
        moving.set()
        await go_on.wait()
        yield FILM[CUT:]

    said_of_it = {"upload-metadata": words(client_id)}
    begun = await h.call(
        OFFICER, "POST", UPLOADS, headers=TUS | said_of_it | {"upload-defer-length": "1"}
    )
    location = begun.headers["location"]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send, h, OFFICER, location, 0, slowly())
        await moving.wait()
        length = {"upload-length": str(len(FILM))}
        again = await h.call(OFFICER, "POST", UPLOADS, headers=TUS | said_of_it | length)
        assert again.status_code == 200
        go_on.set()
    asked = await ask(h, OFFICER, location)
    assert asked.headers["upload-length"] == str(len(FILM))
    offset = int(asked.headers["upload-offset"])
    assert (await send(h, OFFICER, location, offset, FILM[offset:])).status_code == 204
    assert said(h, "ingest") == ["ingest.clip.stored.v1", "ingest.clip.locked.v1"]


async def test_a_lost_answer_to_the_commit_loses_neither_film_nor_parts(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = uuid4()
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    database = h.ctx("ingest").db
    commit = database.transaction

    @contextmanager
    def answer_lost() -> Generator[Session]:
        with commit() as session:
            yield session
        monkeypatch.undo()
        raise DatabaseAwayError

    monkeypatch.setattr(database, "transaction", answer_lost)
    assert (await join(h, *parts, client_id=client_id)).status_code == 503
    again = await join(h, *parts, client_id=client_id)
    assert again.status_code == 200
    assert (await clip(h, OFFICER, UUID(again.headers["clip-id"])))["state"] == "stored"


async def test_no_part_of_a_state_secret_is_kept(h: House) -> None:
    secret = header({"secrecy": "state_secret"})
    headers = TUS | {"upload-concat": "partial", "upload-length": "9", "upload-metadata": secret}
    answer = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "ingest.state-secret")
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    late = await join(h, *parts, UPLOADS + "0" * 32, secrecy="state_secret")
    assert (late.status_code, late.json()["code"]) == (403, "ingest.state-secret")
    assert spooled(h) == []


async def test_parts_that_are_never_joined_expire(h: House, clock: FrozenClock) -> None:
    location = await part(h, FILM[:CUT])
    clock.move(timedelta(days=30, seconds=1))
    await settle(h.app)
    assert (await ask(h, OFFICER, location)).status_code == 410
    assert spooled(h) == []
    assert said(h, "ingest") == ["ingest.upload.ended.v1"]


async def test_a_part_may_be_ended_by_who_sent_it(h: House) -> None:
    location = await part(h, FILM[:CUT])
    assert (await h.call(OFFICER, "DELETE", location, headers=TUS)).status_code == 204
    assert spooled(h) == []


async def test_a_film_ended_before_may_come_again_as_parts(h: House) -> None:
    client_id = uuid4()
    headers = TUS | {"upload-length": str(len(FILM)), "upload-metadata": words(client_id)}
    begun = (await h.call(OFFICER, "POST", UPLOADS, headers=headers)).headers["location"]
    await h.call(OFFICER, "DELETE", begun, headers=TUS)
    parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
    joined = await join(h, *parts, client_id=client_id)
    assert joined.status_code == 201, joined.text
    assert (await clip(h, OFFICER, UUID(joined.headers["clip-id"])))["state"] == "stored"


async def test_parts_wait_against_the_limit_until_they_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIUHEN_INGEST_OPEN_UPLOADS_PER_PERSON_MAX", "2")
    async with house(tmp_path) as h:
        parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
        headers = TUS | {"upload-concat": "partial", "upload-length": "9"}
        third = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
        assert (third.status_code, third.json()["code"]) == (429, "ingest.too-many-uploads")
        assert (await join(h, *parts)).status_code == 201
        assert (await h.call(OFFICER, "POST", UPLOADS, headers=headers)).status_code == 201


async def test_a_process_that_dies_while_joining_leaves_the_parts(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
        ids = [location.split("/")[-1] for location in parts]
        h.ctx("ingest").spool.join("f" * 32, [(ids[0], CUT), (ids[1], len(FILM) - CUT)])
        assert len(spooled(h)) == 4
    async with house(tmp_path) as h:
        assert sorted(file.name for file in spooled(h)) == sorted(ids)
        joined = await join(h, *parts)
        assert (await clip(h, OFFICER, UUID(joined.headers["clip-id"])))["state"] == "stored"
        assert spooled(h) == []


async def test_a_process_that_dies_after_joining_leaves_the_film(tmp_path: Path) -> None:
    client_id = uuid4()
    async with house(tmp_path) as h:
        parts = [await part(h, FILM[:CUT]), await part(h, FILM[CUT:])]
        joined = await join(h, *parts, client_id=client_id)
        film = joined.headers["location"].split("/")[-1]
        (h.data / "spool" / f"joining-{film}").write_bytes(FILM)
    async with house(tmp_path) as h:
        assert spooled(h) == []
        assert (await clip(h, OFFICER, UUID(joined.headers["clip-id"])))["state"] == "stored"
