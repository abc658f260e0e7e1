"""`HEAD` gives back what a client said of its film at the creation, word for word (tus 1.0).

The words hold names: they go to the film's agency, and neither into a log nor into an event.
"""

import hashlib
import json
import logging
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from common.clock import SystemClock
from contracts.identity import Role
from tests.support.house import House, house
from tests.support.people import Signer, person
from tests.support.raw import Line
from tests.support.receiver import Receiver
from tests.support.said import announced
from tests.support.uploads import TUS, ask, header, send
from tests.support.words import metadata

FILM = b"film" * 100
NAME = "王某某"
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
UPLOADS = "/ingest/uploads/"


def words() -> str:
    """In an order and with a space of the client's own, and a key without a value."""
    digest = hashlib.sha256(FILM).hexdigest()
    said = metadata(OFFICER, uuid4(), digest, party_name=NAME)
    return ", ".join(sorted(header(said).split(","), reverse=True))


async def created(h: House, said: str, **more: str) -> httpx.Response:
    headers = TUS | {"upload-length": str(len(FILM)), "upload-metadata": said} | more
    answer = await h.call(OFFICER, "POST", UPLOADS, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_head_on_the_wire_tells_what_the_creation_said_also_after_a_crash(tmp_path: Path) -> None:
    said = words()
    signed = Signer.open(tmp_path, SystemClock()).headers(OFFICER)
    with Receiver(tmp_path) as receiver:
        headers = TUS | signed | {"upload-length": str(len(FILM)), "upload-metadata": said}
        location = httpx.post(receiver.base_url + UPLOADS, headers=headers).headers["location"]
        for _ in range(2):
            with Line(receiver.address[1]) as line:
                line.head("HEAD", location, TUS | signed)
                heard = line.hear()
            assert (heard.status, heard.headers["Upload-Metadata"]) == (200, said)
            receiver.kill()
            receiver.start()
        log = (tmp_path / "receiver.log").read_text()
    assert said.split(" ")[1] not in log


async def test_the_words_are_those_of_the_creation_until_the_end_and_for_the_agency_alone(
    h: House,
) -> None:
    said = words()
    location = (await created(h, said)).headers["location"]
    reordered = TUS | {
        "upload-length": str(len(FILM)),
        "upload-metadata": ",".join(sorted(said.split(", "))),
    }
    again = await h.call(OFFICER, "POST", UPLOADS, headers=reordered)
    assert again.headers["location"] == location
    for offset in (0, 150):
        await send(h, OFFICER, location, offset, FILM[offset : offset + 150])
        assert (await ask(h, COLLEAGUE, location)).headers["upload-metadata"] == said
    await send(h, OFFICER, location, 300, FILM[300:])
    assert (await ask(h, OFFICER, location)).headers["upload-metadata"] == said
    refused = await ask(h, STRANGER, location)
    assert (refused.status_code, "upload-metadata" in refused.headers) == (404, False)


async def test_of_parts_each_has_its_words_and_the_film_its_own(h: House) -> None:
    of_part = header({"filename": "第一段"})
    named = await created(h, of_part, **{"upload-concat": "partial"})
    silent = await created(h, "", **{"upload-concat": "partial"})
    assert (await ask(h, OFFICER, named.headers["location"])).headers["upload-metadata"] == of_part
    assert "upload-metadata" not in (await ask(h, OFFICER, silent.headers["location"])).headers
    await send(h, OFFICER, named.headers["location"], 0, FILM)
    said = words()
    concat = {"upload-concat": f"final;{named.headers['location']}"}
    film = await h.call(OFFICER, "POST", UPLOADS, headers=TUS | concat | {"upload-metadata": said})
    assert (await ask(h, OFFICER, film.headers["location"])).headers["upload-metadata"] == said


async def test_a_film_announced_as_the_ietf_has_it_keeps_its_words_too(h: House) -> None:
    said = words()
    spoken = {"upload-draft-interop-version": "6", "upload-complete": "?0"}
    headers = spoken | {"upload-length": str(len(FILM)), "upload-metadata": said}
    begun = await h.call(OFFICER, "POST", UPLOADS, headers=headers, content=b"film")
    assert (await ask(h, OFFICER, begun.headers["location"])).headers["upload-metadata"] == said


async def test_the_words_stand_in_no_event_and_no_log(
    h: House, caplog: pytest.LogCaptureFixture
) -> None:
    said = words()
    with caplog.at_level(logging.DEBUG, logger="ingest"):
        location = (await created(h, said)).headers["location"]
        await send(h, OFFICER, location, 0, b"something else" * 100)
        await send(h, OFFICER, location, 0, bytes(len(FILM)))  # which ends in quarantine
    events = json.dumps(announced(h, "ingest"), ensure_ascii=False)
    logged = "".join(str(vars(record)) for record in caplog.records)
    assert "clip.quarantined" in events
    for secret in (NAME, header({"party_name": NAME}).split(" ")[1]):
        assert secret not in events
        assert secret not in logged


async def test_a_page_of_another_origin_may_read_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIUHEN_INGEST_ALLOWED_ORIGINS", '["https://dock.example"]')
    async with house(tmp_path) as h:
        origin = {"origin": "https://dock.example"}
        answer = await h.call(OFFICER, "HEAD", "/ingest/uploads/x", headers=TUS | origin)
    assert "Upload-Metadata" in answer.headers["access-control-expose-headers"]


async def test_an_upload_that_was_ended_keeps_no_words(h: House) -> None:
    location = (await created(h, words())).headers["location"]
    ended = await h.call(OFFICER, "DELETE", location, headers=TUS)
    assert ended.status_code == 204
    with h.ctx("ingest").db.snapshot() as session:
        kept = session.connection().exec_driver_sql("SELECT metadata_said FROM upload").scalars()
        assert list(kept) == [None]
