"""Large films reach a bucket in parts, also those joined and those that are not as announced."""

import os
from collections.abc import Generator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from common.clock import SystemClock
from common.s3 import Address, Bucket
from contracts.identity import Role
from ingest.tables import ClipRow
from tests.support.clock import FrozenClock
from tests.support.faulty_s3 import Fault, FaultyS3, faulty
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.receiving import receiving
from tests.support.said import announced
from tests.support.uploads import TUS, begin, clip, header, send
from tests.support.words import metadata

PART = 5 * 1024**2
FILM = os.urandom(2 * PART + 1000)
DIGEST = sha256(FILM).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())


@pytest.fixture
def way(s3_bucket: str, monkeypatch: pytest.MonkeyPatch) -> Generator[FaultyS3]:
    for name in ("common.s3_sending.PART_MIN_BYTES", "common.objects_s3.PART_MIN_BYTES"):
        monkeypatch.setattr(name, PART)
    with faulty(s3_bucket) as it:
        yield it


def versions(way: FaultyS3, key: str = KEY) -> list[str]:
    return [version.id for version in Bucket(Address.of(way.url)).versions(key)]


def kept_as(h: House, clip_id: UUID) -> str | None:
    with h.ctx("ingest").db.snapshot() as session:
        return session.exec(select(ClipRow).where(ClipRow.clip_id == clip_id)).one().object_version


async def joined(h: House, *parts: bytes) -> UUID:
    """Send a film as parts side by side and join them; the clip's id."""
    at: list[str] = []
    for content in parts:
        headers = TUS | {"upload-concat": "partial", "upload-length": str(len(content))}
        begun = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers)
        at.append(begun.headers["location"])
        assert (await send(h, OFFICER, at[-1], 0, content)).status_code == 204
    headers = TUS | {
        "upload-concat": f"final;{' '.join(at)}",
        "upload-metadata": header(metadata(OFFICER, uuid4(), DIGEST)),
    }
    answer = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=headers)
    assert answer.status_code == 201, answer.text
    return UUID(answer.headers["clip-id"])


async def test_a_film_joined_of_parts_goes_in_other_parts(tmp_path: Path, way: FaultyS3) -> None:
    async with receiving(tmp_path, way.url) as h:
        clip_id = await joined(h, FILM[:1000], FILM[1000:])
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["read_back_sha256"]) == ("stored", DIGEST)
        assert versions(way) == [kept_as(h, clip_id)]
        assert len(way.parts_sent()) == 3
        assert list((tmp_path / "spool").iterdir()) == []


async def test_a_film_that_is_not_what_was_announced_goes_the_same_way(
    tmp_path: Path, way: FaultyS3
) -> None:
    other = FILM[:-1] + bytes([FILM[-1] ^ 1])
    digest = sha256(other).hexdigest()
    async with receiving(tmp_path, way.url) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        answer = await send(h, OFFICER, location, 0, other)
        assert answer.json()["code"] == "ingest.digest-differs"
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["read_back_sha256"]) == ("quarantined", digest)
        assert versions(way, f"{digest[:2]}/{digest[2:4]}/{digest}") == [kept_as(h, clip_id)]
        assert h.ctx("ingest").objects.locked_until(digest) > SystemClock().now()


async def test_a_store_that_gives_back_other_bytes_gets_the_film_again(
    tmp_path: Path, way: FaultyS3
) -> None:
    clock = FrozenClock(SystemClock().now())
    async with receiving(tmp_path, way.url, clock) as h:
        way.choose = lambda it: Fault.OTHER_BYTES if it.is_reading else Fault.NONE
        location, clip_id = await begin(h, OFFICER, FILM)
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
        await settle(h.app)
        (doubted,) = announced(h, "ingest")
        assert (doubted["type"], doubted["reason"]) == ("ingest.clip.doubted.v1", "other_bytes")
        assert (doubted["read_bytes"], doubted["read_sha256"]) != (len(FILM), DIGEST)
        assert versions(way) == [], "under a lock it could not have been taken away"
        way.choose = lambda _: Fault.NONE
        clock.move(timedelta(minutes=2))
        await settle(h.app)
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"
        assert versions(way) == [kept_as(h, clip_id)]
