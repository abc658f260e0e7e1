"""Disks fail while films arrive: what was acknowledged is there, and the film is exact in the end.

Method: the spool's real code on `FrailDisk`. After every request its acknowledged bytes are looked
for among those that would survive a power cut; then a client goes on from where the server says.
"""

import errno
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Self
from uuid import UUID, uuid4

import pytest

from common.errors import AppError
from contracts.identity import Role
from ingest.adapters import spool as spools
from ingest.adapters.sha256 import Digests
from ingest.adapters.spool import Spool
from ingest.domain.upload import Checksum
from ingest.errors import ChecksumDiffersError, NoRoomError, SpoolFaultError
from ingest.operations import intake, uploads
from ingest.operations.context import Context
from ingest.operations.intake import Chunk
from tests.support.bodies import InPieces
from tests.support.frail_disk import FrailDisk, PowerCutError
from tests.support.house import House
from tests.support.people import person
from tests.support.uploads import announce, clip

OFFICER = person(Role.OFFICER, agency_id=uuid4())
KIB = 1024
COMMIT, BATCH, PIECE, REQUEST = 16 * KIB, 8 * KIB, 1_500, 24_000
FILM = Random(20261121).randbytes(60_003)  # noqa: S311 - a film
SEED = 20261121


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many commit points in a film of 60 KB."""
    monkeypatch.setattr(intake, "COMMIT_BYTES", COMMIT)
    monkeypatch.setattr(intake, "SYNC_BYTES", COMMIT // 4)
    monkeypatch.setattr(intake, "AHEAD_BYTES", 0)


@dataclass
class Sending:
    """One film on its way to a disk of its own."""

    h: House
    disk: FrailDisk
    ctx: Context
    upload_id: str
    clip_id: UUID

    @classmethod
    async def begin(cls, h: House) -> Self:
        # Of a device of its own: otherwise it would be an entry of the film before it.
        announced = await announce(h, OFFICER, FILM, device_no=uuid4().hex)
        location, clip_id = announced.headers["location"], UUID(announced.headers["clip-id"])
        folder = h.data / f"disk-{clip_id}"
        disk = FrailDisk(folder)
        sending = cls(h, disk, h.ctx("ingest"), location.rpartition("/")[2], clip_id)
        sending.restart()
        return sending

    def restart(self, *, openssl: bool = True) -> None:
        """Let a new process go on: nothing is known but the row and the files."""
        folder = self.h.data / f"disk-{self.clip_id}"
        digests = Digests.open() if openssl else Digests(None)
        self.ctx = replace(self.ctx, spool=Spool(folder, self.disk), digests=digests)

    @property
    def path(self) -> Path:
        return self.ctx.spool.path(self.upload_id)

    async def offset(self) -> int:
        return (await uploads.resume(self.ctx, OFFICER, self.upload_id)).offset

    async def send(self, request_bytes: int = REQUEST) -> None:
        """Send one request from where the server is."""
        start = await self.offset()
        content = FILM[start : start + request_bytes]
        sent = Chunk(start, len(content), InPieces(_pieces(content)))
        await uploads.append(self.ctx, OFFICER, self.upload_id, sent)

    async def send_all(self) -> None:
        while await self.offset() < len(FILM):
            await self.send()

    async def check(self) -> None:
        """Acknowledged <= durable <= size, and the very bytes."""
        offset = await self.offset()
        assert self.disk.durable(self.path)[:offset] == FILM[:offset]
        assert self.path.read_bytes()[:offset] == FILM[:offset] if offset else True

    async def is_kept(self) -> bool:
        known = await clip(self.h, OFFICER, self.clip_id)
        digest = sha256(FILM).hexdigest()
        kept = (self.h.data / "objects" / digest[:2] / digest).read_bytes()
        return (known["state"], known["sha256"], kept) == ("stored", digest, FILM)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


async def operations_of_a_film(h: House) -> int:
    calm = await Sending.begin(h)
    await calm.send_all()
    assert await calm.is_kept()
    return calm.disk.done.total()


@pytest.mark.parametrize("dice", [None, Random(SEED)], ids=["all forgotten", "some kept"])  # noqa: S311 - moments, not secrets
async def test_a_power_cut_at_any_moment_loses_nothing_acknowledged(
    h: House, dice: Random | None
) -> None:
    for moment in range(await operations_of_a_film(h)):
        sending = await Sending.begin(h)
        sending.disk.cut_power(after=moment)
        with suppress(PowerCutError):  # two threads share the disk: they may come to fewer flushes
            await sending.send_all()
        sending.disk.come_back(dice)
        sending.restart()
        await sending.check()
        await sending.send_all()
        assert await sending.is_kept(), moment


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("operation", ["open", "write", "sync", "sync_folder", "truncate"])
async def test_after_any_failure_of_the_disk_the_rest_is_sent_again(
    h: House, operation: str, error: int
) -> None:
    for nth in (1, 2, 5):
        sending = await Sending.begin(h)
        sending.disk.fail(operation, nth, error)
        for _ in range(20):
            with suppress(NoRoomError, SpoolFaultError):
                await sending.send()
            if await sending.offset() == len(FILM):
                break
            await sending.check()
        assert await sending.is_kept(), nth


async def test_what_a_failed_flush_dropped_is_not_believed_to_be_there(h: House) -> None:
    sending = await Sending.begin(h)
    await sending.send(COMMIT)
    sending.disk.fail("sync", 1, errno.EIO)
    with pytest.raises(SpoolFaultError):
        await sending.send(COMMIT)
    assert await sending.offset() == COMMIT
    syncs = sending.disk.done["sync"]
    sending.disk.come_back()  # a machine that restarts now
    await sending.check()
    assert sending.disk.done["sync"] == syncs
    await sending.send_all()
    assert await sending.is_kept()


async def test_a_disk_that_takes_only_some_bytes_at_a_time_gets_all(h: House) -> None:
    sending = await Sending.begin(h)
    sending.disk.write_max_bytes = 777
    await sending.send()
    await sending.check()
    await sending.send_all()
    assert await sending.is_kept()


async def test_what_came_before_the_disk_was_full_is_acknowledged(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def filling() -> AsyncIterator[bytes]:
        yield FILM[:BATCH]
        monkeypatch.setattr(spools, "ROOM_MIN_BYTES", 2**62)
        yield FILM[BATCH : 2 * BATCH]

    sending = await Sending.begin(h)
    filled = Chunk(0, None, InPieces(filling()))
    with pytest.raises(NoRoomError):
        await uploads.append(sending.ctx, OFFICER, sending.upload_id, filled)
    assert await sending.offset() == BATCH
    await sending.check()
    monkeypatch.undo()
    await sending.send_all()
    assert await sending.is_kept()


async def test_a_wrong_checksum_leaves_the_running_digest_where_it_was(h: House) -> None:
    for openssl in (True, False):
        sending = await Sending.begin(h)
        sending.restart(openssl=openssl)
        await sending.send()
        wrong = Checksum("sha1", bytes(20))
        content = FILM[REQUEST : 2 * REQUEST]
        sent = Chunk(REQUEST, len(content), InPieces(_pieces(content)), wrong)
        with pytest.raises(ChecksumDiffersError):
            await uploads.append(sending.ctx, OFFICER, sending.upload_id, sent)
        assert await sending.offset() == REQUEST
        await sending.check()
        await sending.send_all()
        assert await sending.is_kept()


async def test_a_disk_that_fails_is_told_to_whoever_watches(
    h: House, caplog: pytest.LogCaptureFixture
) -> None:
    sending = await Sending.begin(h)
    sending.disk.fail("write", 1, errno.EIO)
    with pytest.raises(AppError) as failed:
        await sending.send()
    assert (failed.value.status, failed.value.code) == (503, "ingest.spool-fault")
    alarm = next(record for record in caplog.records if record.levelname == "ERROR")
    assert alarm.getMessage() == "the spool's disk fails"
    assert alarm.__dict__["upload_id"] == sending.upload_id
