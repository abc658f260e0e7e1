"""The IETF's resumable uploads: what completes a film, which digests count, what is refused."""

import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.people import person
from tests.support.said import said
from tests.support.uploads import TUS, ask, clip, header, send
from tests.support.words import metadata

OFFICER = person(Role.OFFICER, agency_id=uuid4())
COLLEAGUE = person(Role.OFFICER, agency_id=OFFICER.agency_id)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
FILM = b"film" * 100
SHA256 = hashlib.sha256(FILM).hexdigest()
PROBLEM = "https://iana.org/assignments/http-problem-types#"
VERSIONS = ["6", "8"]
PLACE = "/ingest/uploads/"


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"upload-draft-interop-version": request.param}


def digest(content: bytes, algorithm: str = "sha-256") -> str:
    value = hashlib.new(algorithm.replace("-", ""), content).digest()
    return f"{algorithm}=:{b64encode(value).decode()}:"


async def announce(
    h: House,
    version: dict[str, str],
    content: bytes | AsyncIterator[bytes] = b"",
    words: str | None = None,
    /,
    **own: str,
) -> httpx.Response:
    words = header(metadata(OFFICER, uuid4(), SHA256)) if words is None else words
    headers = {"upload-metadata": words, "upload-complete": "?0"} | version | _dashed(own)
    return await h.call(OFFICER, "POST", PLACE, headers=headers, content=content)


async def append(
    h: House,
    version: dict[str, str],
    place: str,
    offset: int,
    content: bytes | AsyncIterator[bytes],
    complete: str = "?1",
    **own: str,
) -> httpx.Response:
    own = {"content-type": "application/partial-upload"} | _dashed(own)
    said = {"upload-offset": str(offset), "upload-complete": complete}
    return await h.call(OFFICER, "PATCH", place, headers=version | said | own, content=content)


async def asked(h: House, version: dict[str, str], place: str) -> tuple[str, str]:
    answer = await h.call(OFFICER, "HEAD", place, headers=version)
    assert answer.status_code == 204
    return answer.headers["upload-offset"], answer.headers["upload-complete"]


def _dashed(own: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in own.items()}


async def flowing(*pieces: bytes) -> AsyncIterator[bytes]:
    """A body whose length nobody is told."""
    for piece in pieces:
        yield piece


async def test_a_film_is_complete_when_its_client_says_so_and_not_before(
    h: House, version: dict[str, str]
) -> None:
    begun = await announce(h, version, upload_length="400")
    place = begun.headers["location"]
    assert (begun.status_code, begun.headers["upload-complete"]) == (201, "?0")
    await append(h, version, place, 0, FILM, "?0")
    assert await asked(h, version, place) == ("400", "?0")
    assert list((h.data / "spool").iterdir()) != []
    ended = await append(h, version, place, 400, b"", "?1")
    assert (ended.status_code, ended.headers["upload-complete"]) == (201, "?1")
    assert ended.headers["repr-digest"] == digest(FILM)
    kept = await clip(h, OFFICER, UUID(ended.headers["clip-id"]))
    assert (kept["state"], kept["size_bytes"]) == ("stored", 400)


async def test_to_a_client_of_tus_the_announced_length_is_the_end(
    h: House, version: dict[str, str]
) -> None:
    place = (await announce(h, version, upload_length="400")).headers["location"]
    await append(h, version, place, 0, FILM, "?0")
    answer = await ask(h, OFFICER, place)
    assert answer.headers["upload-offset"] == "400"
    assert answer.headers["repr-digest"] == digest(FILM)
    assert await asked(h, version, place) == ("400", "?1")


async def test_a_film_may_end_without_a_length(h: House, version: dict[str, str]) -> None:
    place = (await announce(h, version)).headers["location"]
    some = await append(h, version, place, 0, flowing(FILM[:100]), "?0")
    assert some.headers["upload-offset"] == "100"
    ended = await append(h, version, place, 100, flowing(FILM[100:]), "?1")
    assert (ended.status_code, ended.headers["repr-digest"]) == (201, digest(FILM))


async def test_what_is_here_of_a_film_is_passed_over_when_it_is_announced_again(
    h: House, version: dict[str, str]
) -> None:
    words = header(metadata(OFFICER, uuid4(), SHA256))
    begun = await announce(h, version, FILM[:150], words, upload_length="400")
    assert begun.headers["upload-offset"] == "150"
    again = await announce(h, version, FILM, words, upload_complete="?1")
    assert (again.status_code, again.headers["upload-complete"]) == (200, "?1")
    assert again.headers["location"] == begun.headers["location"]
    assert again.headers["repr-digest"] == digest(FILM)
    late = await announce(h, version, FILM, words, upload_complete="?1")
    assert (late.status_code, late.headers["upload-complete"]) == (200, "?1")
    assert said(h, "ingest") == ["ingest.clip.stored.v1"]


async def test_the_digest_may_come_in_a_header_of_its_own(
    h: House, version: dict[str, str]
) -> None:
    pairs = {k: v for k, v in metadata(OFFICER, uuid4(), SHA256).items() if k != "sha256"}
    missing = await announce(h, version, b"", header(pairs))
    wrong = {"where": ["sha256"], "what": "missing", "message": "缺少此项"}
    assert missing.json()["fields"] == [wrong]
    more = f"md5=:AAAA:, {digest(FILM)}"
    begun = await announce(h, version, FILM, header(pairs), upload_complete="?1", repr_digest=more)
    assert (begun.status_code, begun.headers["repr-digest"]) == (201, digest(FILM))


async def test_two_digests_of_a_film_must_be_the_same(h: House, version: dict[str, str]) -> None:
    other = {"repr_digest": digest(b"other")}
    refused = await announce(h, version, **other)
    assert (refused.status_code, refused.json()["code"]) == (400, "ingest.digest-conflict")
    place = (await announce(h, version)).headers["location"]
    for answer in (
        await append(h, version, place, 0, FILM, **other),
        await send(h, OFFICER, place, 0, FILM, **{"repr-digest": digest(b"other")}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "ingest.digest-conflict")
    assert await asked(h, version, place) == ("0", "?0")
    assert (await append(h, version, place, 0, FILM, repr_digest=digest(FILM))).is_success


async def test_a_client_of_tus_may_say_the_digest_in_its_header_too(h: House) -> None:
    pairs = {k: v for k, v in metadata(OFFICER, uuid4(), SHA256).items() if k != "sha256"}
    headers = TUS | {"upload-length": "400", "upload-metadata": header(pairs)}
    headers["repr-digest"] = digest(FILM)
    begun = await h.call(OFFICER, "POST", PLACE, headers=headers)
    kept = await send(h, OFFICER, begun.headers["location"], 0, FILM)
    assert (kept.status_code, kept.headers["repr-digest"]) == (204, digest(FILM))


@pytest.mark.parametrize("algorithm", ["sha-256", "sha-512"])
async def test_a_request_that_is_not_what_its_digest_says_is_not_kept(
    h: House, version: dict[str, str], algorithm: str
) -> None:
    place = (await announce(h, version)).headers["location"]
    wrong, right = digest(b"other", algorithm), digest(FILM[:100], algorithm)
    refused = await append(h, version, place, 0, FILM[:100], "?0", content_digest=wrong)
    assert (refused.status_code, refused.json()["code"]) == (400, "ingest.content-digest-differs")
    assert refused.headers["upload-offset"] == "0"
    assert await asked(h, version, place) == ("0", "?0")
    taken = await append(h, version, place, 0, FILM[:100], "?0", content_digest=right)
    assert taken.headers["upload-offset"] == "100"


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ("sha-256", "ingest.header-invalid"),
        ("sha-256=:AAAA:", "ingest.header-invalid"),
        ("sha-256=:not base64:", "ingest.header-invalid"),
        ("md5=:AAAA:", "ingest.checksum-algorithm"),
    ],
)
async def test_a_digest_that_cannot_be_compared_is_refused(
    h: House, version: dict[str, str], odd: str, code: str
) -> None:
    place = (await announce(h, version)).headers["location"]
    for name in ("content_digest", "repr_digest"):
        answer = await append(h, version, place, 0, FILM, **{name: odd})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await asked(h, version, place) == ("0", "?0")


async def test_bytes_that_are_not_those_announced_complete_an_upload_that_failed(
    h: House, version: dict[str, str]
) -> None:
    answer = await announce(h, version, b"x" * 400, upload_complete="?1")
    assert (answer.status_code, answer.json()["code"]) == (422, "ingest.digest-differs")
    assert answer.headers["upload-complete"] == "?1"
    assert said(h, "ingest") == ["ingest.clip.quarantined.v1"]


async def test_lengths_must_agree(h: House, version: dict[str, str]) -> None:
    place = (await announce(h, version, upload_length="400")).headers["location"]
    for answer in (
        await announce(h, version, FILM, upload_complete="?1", upload_length="401"),
        await announce(h, version, b"", upload_complete="?1"),
        await append(h, version, place, 0, FILM[:100], "?1"),
        await append(h, version, place, 0, FILM[:100], "?0", upload_length="300"),
        await append(h, version, place, 0, FILM + b"more", "?0"),
    ):
        assert answer.status_code == 400
        assert answer.json()["type"] == f"{PROBLEM}inconsistent-upload-length"
        assert answer.json()["code"] == "ingest.length-invalid"
    assert await asked(h, version, place) == ("0", "?0")
    short = await append(h, version, place, 0, flowing(FILM[:100]), "?1")
    assert short.json()["type"] == f"{PROBLEM}inconsistent-upload-length"
    assert await asked(h, version, place) == ("100", "?0")


async def test_a_film_without_a_byte_is_none(h: House, version: dict[str, str]) -> None:
    place = (await announce(h, version)).headers["location"]
    for content in (b"", flowing()):
        assert (await append(h, version, place, 0, content, "?1")).status_code == 400
    assert await asked(h, version, place) == ("0", "?0")


async def test_a_film_that_is_too_large_is_told_the_limit(
    h: House, version: dict[str, str]
) -> None:
    answer = await announce(h, version, upload_length=str(8 * 1024**3 + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "ingest.too-large")
    assert answer.headers["upload-limit"].startswith(f"max-size={8 * 1024**3}")


@pytest.mark.parametrize(
    ("own", "status", "code"),
    [
        ({"upload_metadata": ""}, 400, "ingest.metadata-invalid"),
        ({"upload_complete": "true"}, 400, "ingest.header-invalid"),
        ({"upload_length": "-1"}, 400, "ingest.header-invalid"),
        ({"content_encoding": "gzip"}, 415, "ingest.content-type"),
    ],
    ids=str,
)
async def test_an_announcement_that_is_odd_is_refused(
    h: House, version: dict[str, str], own: dict[str, str], status: int, code: str
) -> None:
    answer = await announce(h, version, **own)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_part_of_a_film_is_called_one(h: House, version: dict[str, str]) -> None:
    place = (await announce(h, version)).headers["location"]
    refused = await append(h, version, place, 0, FILM, content_type="video/mp4")
    assert (refused.status_code, refused.json()["code"]) == (415, "ingest.content-type")
    assert refused.headers["accept-patch"] == "application/partial-upload"
    headers = version | {"content-type": "application/partial-upload"}
    for missing in ({"upload-offset": "0"}, {"upload-complete": "?1"}):
        answer = await h.call(OFFICER, "PATCH", place, headers=headers | missing, content=FILM)
        assert (answer.status_code, answer.json()["code"]) == (400, "ingest.header-invalid")


async def test_the_older_draft_forbids_headers_with_a_question(h: House) -> None:
    older, newer = ({"upload-draft-interop-version": version} for version in VERSIONS)
    place = (await announce(h, older)).headers["location"]
    extra = {"upload-complete": "?1"}
    for method in ("HEAD", "DELETE"):
        assert (await h.call(OFFICER, method, place, headers=older | extra)).status_code == 400
        assert (await h.call(OFFICER, method, place, headers=newer | extra)).status_code == 204


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
async def test_nobody_of_another_agency_finds_an_upload(
    h: House, version: dict[str, str], method: str
) -> None:
    place = (await announce(h, version)).headers["location"]
    if method == "PATCH":
        kind = {"content-type": "application/partial-upload"}
        headers = version | kind | {"upload-offset": "0", "upload-complete": "?0"}
    else:
        headers = version
    answer = await h.call(STRANGER, method, place, headers=headers, content=b"")
    assert answer.status_code == 404
    assert (await h.call(COLLEAGUE, "DELETE", place, headers=version)).status_code == 403


async def test_a_phone_learns_how_long_its_upload_waits(
    h: House, version: dict[str, str], clock: FrozenClock
) -> None:
    place = (await announce(h, version)).headers["location"]
    clock.move(timedelta(days=29))
    answer = await h.call(OFFICER, "HEAD", place, headers=version)
    assert answer.headers["upload-limit"].endswith("=86400")
    ended = await append(h, version, place, 0, FILM)
    assert ended.headers["upload-limit"] == f"max-size={8 * 1024**3}"


async def test_a_server_says_that_it_speaks_this_too(h: House, version: dict[str, str]) -> None:
    for headers in ({}, version):
        answer = await h.call(None, "OPTIONS", PLACE, headers=headers)
        assert answer.status_code == 204
        assert answer.headers["accept-patch"] == "application/partial-upload"
        assert answer.headers["upload-limit"].startswith(f"max-size={8 * 1024**3}")
        assert ("tus-version" in answer.headers) == (not headers)
