"""tus 1.0 beyond the core: what clients of the field's tools use besides, and what is refused."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from common.auth import Requester
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import TUS, announce, ask, header, send
from tests.support.words import metadata

FILM = b"film" * 100
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
CHUNK = {"content-type": "application/offset+octet-stream"}
ENDED, REFUSED = "ingest.upload.ended.v1", "ingest.request.refused.v1"


def is_kept(h: House, film: bytes) -> bool:
    digest = hashlib.sha256(film).hexdigest()
    return (h.data / "objects" / digest[:2] / digest).exists()


def spooled(h: House) -> list[Path]:
    return list((h.data / "spool").iterdir())


async def announced_with(h: House, film: bytes, content: bytes, client_id: UUID) -> httpx.Response:
    words = metadata(OFFICER, client_id, hashlib.sha256(film).hexdigest())
    headers = TUS | CHUNK | {"upload-length": str(len(film)), "upload-metadata": header(words)}
    return await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers, content=content)


def checksum(algorithm: str, content: bytes) -> dict[str, str]:
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    return {"upload-checksum": f"{algorithm} {b64encode(digest).decode()}"}


async def test_a_server_says_which_parts_of_tus_it_speaks(h: House) -> None:
    answer = await h.call(None, "OPTIONS", "/ingest/uploads/")
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "creation-defer-length",
        "concatenation",
        "checksum",
        "expiration",
        "termination",
    }
    assert answer.headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert answer.headers["tus-max-size"] == str(8 * 1024**3)


async def test_a_film_can_come_with_its_announcement(h: House) -> None:
    whole = await announced_with(h, FILM, FILM, uuid4())
    assert (whole.status_code, whole.headers["upload-offset"]) == (201, "400")
    assert is_kept(h, FILM)


async def test_what_came_with_an_announcement_need_not_be_sent_again(h: House) -> None:
    client_id = uuid4()
    half = await announced_with(h, FILM, FILM[:150], client_id)
    assert (half.status_code, half.headers["upload-offset"]) == (201, "150")
    again = await announced_with(h, FILM, FILM[:150], client_id)
    assert (again.status_code, again.headers["upload-offset"]) == (200, "150")
    assert again.headers["location"] == half.headers["location"]
    assert (await send(h, OFFICER, half.headers["location"], 150, FILM[150:])).is_success
    assert is_kept(h, FILM)


async def test_bytes_of_another_kind_do_not_come_with_an_announcement(h: House) -> None:
    words = metadata(OFFICER, uuid4(), "0" * 64)
    headers = TUS | {"upload-length": "400", "upload-metadata": header(words)}
    answer = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers, content=FILM)
    assert (answer.status_code, answer.json()["code"]) == (415, "ingest.content-type")


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
async def test_a_chunk_that_is_not_what_its_checksum_says_is_not_kept(
    h: House, algorithm: str
) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    right, wrong = checksum(algorithm, FILM[:100]), checksum(algorithm, b"other")
    refused = await send(h, OFFICER, location, 0, FILM[:100], **wrong)
    assert (refused.status_code, refused.json()["code"]) == (460, "ingest.checksum-differs")
    assert refused.headers["upload-offset"] == "0"
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "0"
    taken = await send(h, OFFICER, location, 0, FILM[:100], **right)
    assert (taken.status_code, taken.headers["upload-offset"]) == (204, "100")
    rest = await send(h, OFFICER, location, 100, FILM[100:], **checksum(algorithm, FILM[100:]))
    assert rest.status_code == 204
    assert is_kept(h, FILM)


async def test_after_a_refused_chunk_the_right_bytes_take_its_place(h: House) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    await send(h, OFFICER, location, 0, b"x" * 300, **checksum("sha256", b"other"))
    assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
    assert is_kept(h, FILM)


async def test_a_cut_connection_leaves_nothing_of_a_chunk_with_a_checksum(h: House) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield FILM[:50]

    location = (await announce(h, OFFICER, FILM)).headers["location"]
    answer = await send(h, OFFICER, location, 0, half(), **checksum("sha256", FILM[:100]))
    assert answer.status_code == 460
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "0"


@pytest.mark.parametrize("odd", ["md5 AAAA", "sha256", "sha256 AAAA", "sha1 not-base64", ""])
async def test_a_checksum_that_cannot_be_compared_is_refused(h: House, odd: str) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    answer = await send(h, OFFICER, location, 0, FILM, **{"upload-checksum": odd})
    assert (answer.status_code, answer.json()["code"]) == (400, "ingest.checksum-algorithm")
    assert spooled(h) == []


async def test_who_began_an_upload_may_end_it_and_that_is_on_record(h: House) -> None:
    client_id = uuid4()
    location = (await announce(h, OFFICER, FILM, client_id)).headers["location"]
    await send(h, OFFICER, location, 0, FILM[:100])
    assert (await h.call(OFFICER, "DELETE", location, headers=TUS)).status_code == 204
    assert spooled(h) == []
    assert said(h, "ingest") == [ENDED]
    for method in ("HEAD", "DELETE"):
        assert (await h.call(OFFICER, method, location, headers=TUS)).status_code == 410
    gone = await send(h, OFFICER, location, 100, FILM[100:])
    assert (gone.status_code, gone.json()["code"]) == (410, "ingest.upload-gone")

    anew = await announce(h, OFFICER, FILM, client_id)
    assert (anew.status_code, anew.headers["upload-offset"]) == (201, "0")
    assert anew.headers["location"] != location
    assert (await send(h, OFFICER, anew.headers["location"], 0, FILM)).status_code == 204
    assert is_kept(h, FILM)


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [(COLLEAGUE, 403, "ingest.not-uploader"), (STRANGER, 404, "ingest.upload-unknown")],
)
async def test_nobody_else_may_end_an_upload(
    h: House, who: Requester, status: int, code: str
) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    await send(h, OFFICER, location, 0, FILM[:100])
    answer = await h.call(who, "DELETE", location, headers=TUS)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert said(h, "ingest") == [REFUSED]
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "100"


async def test_an_original_is_neither_deleted_nor_read_at_its_upload_s_address(h: House) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    await send(h, OFFICER, location, 0, FILM)
    for method, code in (
        ("DELETE", "ingest.upload-finished"),
        ("GET", "ingest.not-read-here"),
    ):
        answer = await h.call(OFFICER, method, location, headers=TUS)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert said(h, "ingest")[-2:] == [REFUSED, REFUSED]
    assert is_kept(h, FILM)
    assert (await ask(h, OFFICER, location)).headers["upload-offset"] == "400"


async def test_an_upload_to_which_nothing_comes_expires_when_it_said_it_would(
    h: House, clock: FrozenClock
) -> None:
    begun = await announce(h, OFFICER, FILM)
    location = begun.headers["location"]
    assert begun.headers["upload-expires"] == "Wed, 04 Feb 2026 09:00:00 GMT"
    clock.move(timedelta(days=29))
    moved = await send(h, OFFICER, location, 0, FILM[:100])
    assert moved.headers["upload-expires"] == "Thu, 05 Mar 2026 09:00:00 GMT"
    clock.move(timedelta(days=30))
    await settle(h.app)
    assert (await ask(h, OFFICER, location)).status_code == 200
    clock.move(timedelta(seconds=1))
    await settle(h.app)
    assert (await ask(h, OFFICER, location)).status_code == 410
    assert said(h, "ingest") == [ENDED]
    assert spooled(h) == []


async def test_a_film_that_has_arrived_never_expires(h: House, clock: FrozenClock) -> None:
    answer = await announce(h, OFFICER, FILM)
    kept = await send(h, OFFICER, answer.headers["location"], 0, FILM)
    assert "upload-expires" not in kept.headers
    clock.move(timedelta(days=400))
    await settle(h.app)
    assert ENDED not in said(h, "ingest")
    assert (await ask(h, OFFICER, answer.headers["location"])).status_code == 200


async def test_a_client_that_may_only_post_says_what_it_means(h: House) -> None:
    location = (await announce(h, OFFICER, FILM)).headers["location"]
    headers = TUS | CHUNK | {"upload-offset": "0", "x-http-method-override": "PATCH"}
    sent = await h.call(OFFICER, "POST", location, headers=headers, content=FILM[:9])
    assert (sent.status_code, sent.headers["upload-offset"]) == (204, "9")
    asked = await h.call(
        OFFICER, "POST", location, headers=TUS | {"x-http-method-override": "HEAD"}
    )
    assert (asked.status_code, asked.headers["upload-offset"]) == (200, "9")
    ended = await h.call(
        OFFICER, "POST", location, headers=TUS | {"x-http-method-override": "DELETE"}
    )
    assert ended.status_code == 204


async def test_another_method_is_not_meant_by_a_post(h: House) -> None:
    headers = {"x-http-method-override": "GET"}
    answer = await h.call(OFFICER, "POST", "/ingest/v1/clips/x", headers=headers)
    assert answer.status_code == 405


async def test_a_page_of_another_origin_may_upload_only_where_the_setting_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preflight = {
        "origin": "https://dock.example",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "upload-offset,tus-resumable,authorization",
    }
    for name in ("closed", "open"):
        (tmp_path / name).mkdir()
    async with house(tmp_path / "closed") as h:
        answer = await h.call(None, "OPTIONS", "/ingest/uploads/", headers=preflight)
        assert "access-control-allow-origin" not in answer.headers
    monkeypatch.setenv("LIUHEN_INGEST_ALLOWED_ORIGINS", '["https://dock.example"]')
    async with house(tmp_path / "open") as h:
        answer = await h.call(None, "OPTIONS", "/ingest/uploads/", headers=preflight)
        assert answer.headers["access-control-allow-origin"] == "https://dock.example"
        origin = {"origin": "https://dock.example"}
        refused = await h.call(OFFICER, "HEAD", "/ingest/uploads/x", headers=TUS | origin)
        assert "Upload-Offset" in refused.headers["access-control-expose-headers"]
        other = preflight | {"origin": "https://elsewhere.example"}
        assert (await h.call(None, "OPTIONS", "/ingest/uploads/", headers=other)).status_code == 400
