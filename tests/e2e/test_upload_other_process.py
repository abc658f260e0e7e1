"""Who asks for an upload that another process on the same spool writes (ADR 0026)."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import anyio
import httpx
import pytest
from anyio.abc import TaskGroup

from contracts.identity import Role
from ingest.adapters.spool import Spool
from ingest.operations import uploads
from ingest.store import uploads as store
from tests.support.house import House
from tests.support.people import person
from tests.support.uploads import ask, begin, clip, send

OFFICER = person(Role.OFFICER, agency_id=uuid4())
FILM = bytes(range(256)) * 40


@asynccontextmanager
async def together(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[TaskGroup]:
    """Requests at the same time. Who waits to the end has not heard what this is about."""
    monkeypatch.setattr(uploads, "TAKE_OVER_S", 3600)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            yield tasks


class Asking:
    """A client that asks how far its upload is."""

    answer: httpx.Response

    def __init__(self, h: House, location: str) -> None:
        self.answered = anyio.Event()
        self._h = h
        self._location = location

    async def ask(self) -> None:
        self.answer = await ask(self._h, OFFICER, self._location)
        self.answered.set()


async def half_a_film(h: House) -> tuple[str, UUID]:
    location, clip_id = await begin(h, OFFICER, FILM)
    assert (await send(h, OFFICER, location, 0, FILM[:5000])).status_code == 204
    return location, clip_id


async def test_who_waits_for_another_process_hears_how_far_that_has_come(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    location, clip_id = await half_a_film(h)
    ctx, elsewhere, asked = h.ctx("ingest"), Spool(h.data / "spool"), Asking(h, location)
    async with together(monkeypatch) as tasks:
        with elsewhere.open(upload_id := location.rpartition("/")[2], is_begun=True) as film:
            tasks.start_soon(asked.ask)
            while not film.is_asked_for:
                await anyio.lowlevel.checkpoint()
            film.continue_at(5000)
            film.write(FILM[5000:6000])
            film.sync()
            with ctx.db.transaction() as session:
                before = store.upload(session, upload_id)
                after = before.advanced(1000, ctx.clock.now(), None)
                store.advance(session, before, after)
    assert asked.answer.headers["upload-offset"] == "6000"
    assert (await send(h, OFFICER, location, 6000, FILM[6000:])).status_code == 204
    assert (await clip(h, OFFICER, clip_id))["state"] == "stored"


async def test_of_those_who_wait_for_another_process_only_the_newest_goes_on(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    location, _ = await half_a_film(h)
    older, newer = Asking(h, location), Asking(h, location)
    async with together(monkeypatch) as tasks:
        with Spool(h.data / "spool").open(location.rpartition("/")[2], is_begun=True) as film:
            tasks.start_soon(older.ask)
            while not film.is_asked_for:
                await anyio.lowlevel.checkpoint()
            tasks.start_soon(newer.ask)
            await older.answered.wait()
            assert not newer.answered.is_set()
    assert (older.answer.status_code, newer.answer.status_code) == (409, 200)


async def test_nobody_waits_for_another_process_while_this_one_ends(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    location, _ = await half_a_film(h)
    asked = Asking(h, location)
    async with together(monkeypatch) as tasks:
        with Spool(h.data / "spool").open(location.rpartition("/")[2], is_begun=True) as film:
            tasks.start_soon(asked.ask)
            while not film.is_asked_for:
                await anyio.lowlevel.checkpoint()
            h.ctx("ingest").end()
            await asked.answered.wait()
    assert (asked.answer.status_code, asked.answer.headers["upload-offset"]) == (503, "5000")
