"""Whoever sends slowly, or comes when many send, holds no place for ever and loses no byte."""

from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from uuid import uuid4

import anyio
import pytest

from contracts.identity import Role
from ingest.adapters.growing import Growing
from tests.support.house import house
from tests.support.people import person
from tests.support.uploads import TUS, announce, ask, begin, header, send
from tests.support.words import metadata

OFFICER, COLLEAGUE = (person(Role.OFFICER, agency_id=uuid4()) for _ in range(2))
FILM = bytes(range(256)) * 64


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIUHEN_INGEST_BODIES_AT_ONCE_MAX", "1")
    monkeypatch.setenv("LIUHEN_INGEST_BODY_RATE_MIN_BYTES_PER_S", "10000")
    monkeypatch.setenv("LIUHEN_INGEST_BODY_RATE_WINDOW_S", "0.3")


@contextmanager
def patience(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Within, a house is opened in which nobody is too slow."""
    with monkeypatch.context() as patch:
        patch.setenv("LIUHEN_INGEST_BODY_RATE_WINDOW_S", "60")
        yield


async def never(content: bytes, was_read: anyio.Event) -> AsyncIterator[bytes]:
    """A client that sends this and then falls silent."""
    yield content
    was_read.set()
    await anyio.sleep_forever()


async def dripping(content: bytes) -> AsyncIterator[bytes]:
    """A client that keeps sending, a byte at a time, at a hundredth of the least rate."""
    for at in range(len(content)):
        yield content[at : at + 1]
        with anyio.move_on_after(0.01):
            await anyio.sleep_forever()


async def in_quarters(content: bytes) -> AsyncIterator[bytes]:
    quarter = len(content) // 4
    for at in range(0, len(content), quarter):
        yield content[at : at + quarter]


async def unread() -> AsyncIterator[bytes]:
    raise AssertionError("a byte was asked for")
    yield b""


async def test_who_comes_when_many_send_is_told_to_come_again_before_a_byte_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with patience(monkeypatch):
        async with house(tmp_path) as h, anyio.create_task_group() as tasks:
            was_read = anyio.Event()
            busy, _ = await begin(h, OFFICER, FILM)
            waiting, _ = await begin(h, COLLEAGUE, FILM)
            tasks.start_soon(send, h, OFFICER, busy, 0, never(FILM[:9], was_read))
            await was_read.wait()
            refused = await send(h, COLLEAGUE, waiting, 0, unread())
            assert (refused.status_code, refused.json()["code"]) == (503, "ingest.busy")
            assert refused.json()["title"] == "同时上传的音像资料过多，请稍后续传"
            assert refused.headers["retry-after"] == "5"
            assert (await ask(h, OFFICER, busy)).headers["upload-offset"] == "9"
            # The question ended the reading, and with it the crowd.
            assert (await send(h, COLLEAGUE, waiting, 0, FILM)).status_code == 204
            tasks.cancel_scope.cancel()


async def test_a_film_that_brings_its_bytes_along_is_not_begun_in_a_crowd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with patience(monkeypatch):
        async with house(tmp_path) as h, anyio.create_task_group() as tasks:
            was_read = anyio.Event()
            busy, _ = await begin(h, OFFICER, FILM)
            tasks.start_soon(send, h, OFFICER, busy, 0, never(FILM[:9], was_read))
            await was_read.wait()
            client_id = uuid4()
            words = header(metadata(COLLEAGUE, client_id, "0" * 64))
            bringing = {
                "upload-length": str(len(FILM)),
                "upload-metadata": words,
                "content-type": "application/offset+octet-stream",
            }
            refused = await h.call(
                COLLEAGUE, "POST", "/ingest/uploads/", headers=TUS | bringing, content=unread()
            )
            assert (refused.status_code, refused.json()["code"]) == (503, "ingest.busy")
            begun = await announce(h, COLLEAGUE, FILM, client_id)
            assert begun.status_code == 201  # new: nothing was begun before
            tasks.cancel_scope.cancel()


async def test_a_newer_request_takes_the_place_of_its_own_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with patience(monkeypatch):
        async with house(tmp_path) as h, anyio.create_task_group() as tasks:
            was_read = anyio.Event()
            location, _ = await begin(h, OFFICER, FILM)
            tasks.start_soon(send, h, OFFICER, location, 0, never(FILM[:9], was_read))
            await was_read.wait()
            assert (await send(h, OFFICER, location, 9, FILM[9:])).status_code == 204
            tasks.cancel_scope.cancel()


@pytest.mark.parametrize("kind", ["silent", "dripping"])
async def test_who_sends_too_little_is_ended_with_what_has_come(tmp_path: Path, kind: str) -> None:
    async with house(tmp_path) as h:
        location, _ = await begin(h, OFFICER, FILM)
        content = never(FILM[:9], anyio.Event()) if kind == "silent" else dripping(FILM)
        ended = await send(h, OFFICER, location, 0, content)
        assert (ended.status_code, ended.json()["code"]) == (409, "ingest.interrupted")
        assert ended.headers["connection"] == "close"
        came = int(ended.headers["upload-offset"])
        assert 9 <= came < len(FILM)
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == str(came)
        assert (await send(h, OFFICER, location, came, FILM[came:])).status_code == 204


async def test_a_client_is_not_blamed_for_a_slow_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as h:
        location, _ = await begin(h, OFFICER, FILM)
        monkeypatch.setattr("ingest.routes.bodies.BATCH_BYTES", 1)
        slow(monkeypatch)
        assert (await send(h, OFFICER, location, 0, in_quarters(FILM))).status_code == 204


def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each write to the spool take longer than a client may be silent."""
    write = Growing.write

    def late(film: Growing, content: bytes | bytearray | memoryview) -> None:
        Event().wait(0.4)
        write(film, content)

    monkeypatch.setattr(Growing, "write", late)


async def test_films_that_hang_in_the_store_keep_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither those whose bytes are here already: their clients learn that."""
    monkeypatch.setenv("LIUHEN_INGEST_BODIES_AT_ONCE_MAX", "64")
    goes_on = Event()
    with patience(monkeypatch):
        async with house(tmp_path) as h, anyio.create_task_group() as tasks:
            objects = h.ctx("ingest").objects
            adopt = objects.adopt

            def late(source: Path, sha256: str) -> None:
                goes_on.wait(60)
                adopt(source, sha256)

            monkeypatch.setattr(objects, "adopt", late)
            hanging = [await begin(h, OFFICER, FILM + bytes([number])) for number in range(45)]
            for number, (location, _) in enumerate(hanging):
                tasks.start_soon(send, h, OFFICER, location, 0, FILM + bytes([number]))
            other, _ = await begin(h, COLLEAGUE, FILM)
            with anyio.fail_after(20):
                assert (await send(h, COLLEAGUE, other, 0, FILM[:9])).status_code == 204
                assert (await ask(h, COLLEAGUE, other)).headers["upload-offset"] == "9"
                for location, _ in hanging:
                    asked = await ask(h, OFFICER, location)
                    assert asked.headers["upload-offset"] in {"0", str(len(FILM) + 1)}
            goes_on.set()
