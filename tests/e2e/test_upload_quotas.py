"""A device and an agency have their share, and nobody is let in for whom there is no room."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest

from common.auth import Requester
from contracts.identity import Role
from ingest.adapters.spool import ROOM_MIN_BYTES
from ingest.domain.quota import UNSAID_BYTES
from tests.support.clock import FrozenClock
from tests.support.house import House, house
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import TUS, announce, begin, header, send
from tests.support.words import metadata

AGENCY = uuid4()
OFFICER, COLLEAGUE = (person(Role.OFFICER, agency_id=AGENCY) for _ in range(2))
STRANGER = person(Role.OFFICER, agency_id=uuid4())
KIB, GIB = 1024, 1024**3
FILM = b"film" * KIB


def limit(monkeypatch: pytest.MonkeyPatch, **limits: object) -> None:
    for name, value in limits.items():
        monkeypatch.setenv(f"LIUHEN_INGEST_{name.upper()}", str(value))


async def announce_of(
    h: House, who: Requester, size_bytes: int | None, device: str = "a"
) -> httpx.Response:
    """Announce a film of which nothing is there yet but its length, if that."""
    words = header(metadata(who, uuid4(), "0" * 64, device_no=device))
    said = {"upload-defer-length": "1"} if size_bytes is None else {}
    said |= {} if size_bytes is None else {"upload-length": str(size_bytes)}
    headers = TUS | {"upload-metadata": words} | said
    return await h.call(who, "POST", "/ingest/uploads/", headers=headers)


def told(answer: httpx.Response) -> tuple[str, str, str, int, int]:
    problem = answer.json()
    assert answer.status_code == 429, answer.text
    keys = ("code", "whose", "what", "limit", "used")
    code, whose, what, most, used = (problem[key] for key in keys)
    return code, whose, what, most, used


async def test_a_device_has_its_share_of_a_day_and_no_other_notices(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, bytes_per_device_a_day_max=3 * GIB)
    async with house(tmp_path, clock) as h:
        assert (await announce_of(h, OFFICER, 2 * GIB)).status_code == 201
        clock.move(timedelta(hours=1))
        refused = await announce_of(h, COLLEAGUE, 2 * GIB)  # of the same device
        assert told(refused) == ("ingest.over-quota", "device", "bytes_a_day", 3 * GIB, 2 * GIB)
        assert refused.headers["retry-after"] == str(23 * 3600)
        assert refused.json()["title"] == "上传已超出限额，请稍后再登记"
        assert refused.json()["detail"].startswith("本设备二十四小时内登记的内容（字节）上限为")
        (event,) = of_type(h, "ingest.request.refused.v1")
        assert (event["code"], event["requester_id"]) == (
            "ingest.over-quota",
            str(COLLEAGUE.subject),
        )
        assert (await announce_of(h, OFFICER, GIB)).status_code == 201  # up to the last byte
        assert (await announce_of(h, OFFICER, 2 * GIB, "b")).status_code == 201
        assert (await announce_of(h, STRANGER, 2 * GIB)).status_code == 201
        clock.move(timedelta(hours=23))
        assert (await announce_of(h, OFFICER, 2 * GIB)).status_code == 201


async def test_a_device_begins_only_so_many_a_minute(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, begun_per_device_a_minute_max=2)
    async with house(tmp_path, clock) as h:
        for _ in range(2):
            assert (await announce_of(h, OFFICER, 9)).status_code == 201
        refused = await announce_of(h, OFFICER, 9)
        assert told(refused) == ("ingest.over-quota", "device", "begun_a_minute", 2, 2)
        assert refused.headers["retry-after"] == "60"
        clock.move(timedelta(minutes=1))
        assert (await announce_of(h, OFFICER, 9)).status_code == 201


async def test_a_device_has_only_so_many_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, open_uploads_per_device_max=1)
    async with house(tmp_path) as h:
        location, _ = await begin(h, OFFICER, FILM)
        refused = await announce(h, OFFICER, FILM)
        problem = refused.json()
        assert (problem["code"], problem["whose"]) == ("ingest.too-many-uploads", "device")
        assert problem["detail"].startswith("本设备")
        await send(h, OFFICER, location, 0, FILM)
        assert (await announce(h, OFFICER, FILM)).status_code == 201


async def test_an_agency_has_its_share_of_what_is_to_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, awaited_bytes_per_agency_max=2 * len(FILM))
    async with house(tmp_path) as h:
        location, _ = await begin(h, OFFICER, FILM)
        await begin(h, COLLEAGUE, FILM)
        refused = told(await announce_of(h, OFFICER, KIB, "b"))
        assert refused[1:] == ("agency", "awaited_bytes", 2 * len(FILM), 2 * len(FILM))
        assert (await announce_of(h, STRANGER, len(FILM))).status_code == 201
        await send(h, OFFICER, location, 0, FILM[:KIB])
        assert (await announce_of(h, OFFICER, KIB, "b")).status_code == 201
        await send(h, OFFICER, location, KIB, FILM[KIB:])
        assert (await announce_of(h, OFFICER, len(FILM) - KIB, "b")).status_code == 201


async def test_an_agency_has_its_share_of_a_day(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, bytes_per_agency_a_day_max=GIB)
    async with house(tmp_path, clock) as h:
        location = (await announce_of(h, OFFICER, GIB)).headers["location"]
        await h.call(OFFICER, "DELETE", location, headers=TUS)  # which gives nothing back
        refused = await announce_of(h, COLLEAGUE, 1, "b")
        assert told(refused)[1:] == ("agency", "bytes_a_day", GIB, GIB)
        assert refused.headers["retry-after"] == str(24 * 3600)
        assert (await announce_of(h, STRANGER, GIB)).status_code == 201
        clock.move(timedelta(days=1))
        assert (await announce_of(h, COLLEAGUE, GIB, "b")).status_code == 201


async def test_parts_count_once_as_the_film_they_become(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, bytes_per_agency_a_day_max=2 * len(FILM))
    async with house(tmp_path) as h:
        part = TUS | {"upload-concat": "partial", "upload-length": str(len(FILM))}
        begun = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=part)
        location = begun.headers["location"]
        await send(h, OFFICER, location, 0, FILM)
        words = header(metadata(OFFICER, uuid4(), sha256(FILM).hexdigest()))
        final = TUS | {"upload-concat": f"final;{location}", "upload-metadata": words}
        joined = await h.call(OFFICER, "POST", "/ingest/uploads/", headers=final)
        assert joined.status_code == 201
        assert (await announce(h, OFFICER, FILM)).status_code == 201
        assert told(await announce(h, OFFICER, FILM))[1:] == (
            "agency",
            "bytes_a_day",
            2 * len(FILM),
            2 * len(FILM),
        )


class Disk(NamedTuple):
    free: int


def leave(monkeypatch: pytest.MonkeyPatch, free_bytes: int) -> None:
    """Have so much room on the disk, whatever arrives."""

    def disk_usage(_folder: Path) -> Disk:
        return Disk(free_bytes)

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)


@pytest.fixture
def three_gib_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with so much room besides what is always kept free, whatever arrives."""
    leave(monkeypatch, ROOM_MIN_BYTES + 3 * GIB)


@pytest.mark.usefixtures("three_gib_free")
async def test_those_who_are_let_in_together_all_have_room(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with house(tmp_path, clock) as h:
        assert (await announce_of(h, OFFICER, 2 * GIB)).status_code == 201
        refused = await announce_of(h, STRANGER, GIB + 1)  # all share the disk
        assert (refused.status_code, refused.json()["code"]) == (507, "ingest.no-room")
        assert (await announce_of(h, STRANGER, GIB)).status_code == 201
        assert (await announce_of(h, OFFICER, 1)).status_code == 507
    async with house(tmp_path, clock) as h:  # after a restart
        assert (await announce_of(h, OFFICER, 1)).status_code == 507
        # What moves no more for a day holds no room.
        clock.move(timedelta(days=1))
        assert (await announce_of(h, OFFICER, GIB)).status_code == 201


@pytest.mark.usefixtures("three_gib_free")
async def test_room_is_kept_as_far_as_bytes_have_not_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as h:
        begun = (await announce_of(h, OFFICER, 3 * GIB)).headers["location"]
        assert (await announce_of(h, OFFICER, len(FILM))).status_code == 507
        await send(h, OFFICER, begun, 0, FILM)
        leave(monkeypatch, ROOM_MIN_BYTES + 3 * GIB - len(FILM) + 9)
        assert (await announce_of(h, OFFICER, 10)).status_code == 507
        assert (await announce_of(h, OFFICER, 9)).status_code == 201


@pytest.mark.usefixtures("three_gib_free")
async def test_who_comes_back_late_finds_room_or_is_told_and_keeps_what_is_there(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with house(tmp_path, clock) as h:
        late = (await announce_of(h, OFFICER, 2 * GIB)).headers["location"]
        await send(h, OFFICER, late, 0, FILM)
        clock.move(timedelta(days=1))
        other = (await announce_of(h, OFFICER, 2 * GIB)).headers["location"]
        refused = await send(h, OFFICER, late, len(FILM), FILM)
        assert (refused.status_code, refused.json()["code"]) == (507, "ingest.no-room")
        await h.call(OFFICER, "DELETE", other, headers=TUS)
        assert (await send(h, OFFICER, late, len(FILM), FILM)).status_code == 204


@pytest.mark.usefixtures("three_gib_free")
async def test_a_film_without_a_length_takes_no_room_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.operations.room.UNSAID_BYTES", 2 * len(FILM))
    async with house(tmp_path) as h:
        unsaid = (await announce_of(h, OFFICER, None)).headers["location"]
        assert (await announce_of(h, OFFICER, 3 * GIB - UNSAID_BYTES)).status_code == 201
        assert (await announce_of(h, OFFICER, 1)).status_code == 507

        async def thrice() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield FILM

        monkeypatch.setattr("ingest.routes.bodies.BATCH_BYTES", 1)
        leave(monkeypatch, ROOM_MIN_BYTES + 3 * GIB - UNSAID_BYTES)
        refused = await send(h, OFFICER, unsaid, 0, thrice())
        assert (refused.status_code, refused.json()["code"]) == (507, "ingest.no-room")
        asked = await h.call(OFFICER, "HEAD", unsaid, headers=TUS)
        assert asked.headers["upload-offset"] == str(2 * len(FILM))


async def test_who_ends_an_upload_and_begins_it_anew_has_had_both_shares(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(monkeypatch, bytes_per_device_a_day_max=2 * len(FILM), begun_per_device_a_minute_max=9)
    client_id = uuid4()
    async with house(tmp_path, clock) as h:
        for _ in range(2):
            location, _ = await begin(h, OFFICER, FILM, client_id)
            await send(h, OFFICER, location, 0, FILM[:-1])
            assert (await h.call(OFFICER, "DELETE", location, headers=TUS)).status_code == 204
        refused = await announce(h, OFFICER, FILM, client_id)
        share = 2 * len(FILM)
        assert told(refused) == ("ingest.over-quota", "device", "bytes_a_day", share, share)
        clock.move(timedelta(days=1))
        assert (await announce(h, OFFICER, FILM, client_id)).status_code == 201
