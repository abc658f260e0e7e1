"""Recorded before shown: at the first byte the record is durable; without it no byte leaves."""

import sqlite3
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import anyio
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from common.auth import Requester
from tests.support.clock import FrozenClock
from tests.support.house import House, house
from tests.support.said import said
from tests.support.showing import COLLEAGUE, FILM, V1, built_export, opened_view, set_up

SHOWN, READ = "access.clip.shown.v1", "access.export.read.v1"
FIRST_BYTES: Final = 4096


@pytest.fixture
async def h(tmp_path: Path) -> AsyncGenerator[House]:
    async with house(tmp_path, FrozenClock()) as open_house:
        await set_up(open_house)
        yield open_house


async def test_a_clips_first_byte_leaves_after_its_record_is_durable(h: House) -> None:
    view = await opened_view(h)
    durable_at_first_byte: list[int] = []
    sent = await watched(
        h, COLLEAGUE, view["content"], lambda: durable_at_first_byte.append(recorded(h, SHOWN))
    )
    assert sent == FILM
    assert durable_at_first_byte[0] == 1


async def test_an_export_files_first_byte_leaves_after_its_record_is_durable(h: House) -> None:
    export = await built_export(h)
    path = f"{V1}/exports/{export['export_id']}/files/note.txt"
    durable_at_first_byte: list[int] = []
    sent = await watched(
        h, COLLEAGUE, path, lambda: durable_at_first_byte.append(recorded(h, READ))
    )
    assert "制作人".encode() in sent
    assert durable_at_first_byte[0] == 1


async def test_not_one_byte_leaves_while_the_database_cannot_commit(h: House) -> None:
    view = await opened_view(h)
    with commits_fail(h):
        for headers in ({}, {"range": "bytes=0-9"}):
            answer = await h.call(COLLEAGUE, "GET", view["content"], headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (500, "common.internal")
            assert not holds_film(answer.content)
    assert recorded(h, SHOWN) == 0
    assert (await h.call(COLLEAGUE, "GET", view["content"])).content == FILM
    assert recorded(h, SHOWN) == 1


async def test_no_file_of_an_export_leaves_while_the_database_cannot_commit(h: House) -> None:
    export = await built_export(h)
    with commits_fail(h):
        for file in export["files"]:
            path = f"{V1}/exports/{export['export_id']}/files/{file['path']}"
            answer = await h.call(COLLEAGUE, "GET", path)
            assert (answer.status_code, answer.json()["code"]) == (500, "common.internal")
    assert recorded(h, READ) == 0


async def test_no_view_is_opened_that_is_not_on_record(h: House) -> None:
    view = await opened_view(h)
    request = (await h.done(COLLEAGUE, "GET", f"{V1}/requests"))["items"][0]["request_id"]
    with commits_fail(h):
        answer = await h.call(COLLEAGUE, "POST", f"{V1}/requests/{request}/views")
    assert answer.status_code == 500
    assert said(h, "access").count("access.view.opened.v1") == 1
    assert (await h.call(COLLEAGUE, "GET", view["content"])).status_code == 200


@contextmanager
def commits_fail(h: House) -> Generator[None]:
    """Let access's database answer every commit as a full disk does."""
    engine = h.ctx("access").db.engine

    def fail(_connection: Connection) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk is full"))

    event.listen(engine, "commit", fail)
    try:
        yield
    finally:
        event.remove(engine, "commit", fail)


def recorded(h: House, type_: str) -> int:
    """How many events of a type another process would find in the database at this moment."""
    with closing(sqlite3.connect(h.data / "access.db")) as db:
        return db.execute("SELECT count(*) FROM outbox WHERE type = ?", (type_,)).fetchone()[0]


def holds_film(body: bytes) -> bool:
    return any(FILM[at : at + 16] in body for at in range(0, FIRST_BYTES, 16))


async def watched(h: House, who: Requester, path: str, at_each_piece: Callable[[], None]) -> bytes:
    """GET below the client, so that every piece is seen at the moment it leaves."""
    sent = bytearray()
    headers = [(key.encode(), text.encode()) for key, text in h.signer.headers(who).items()]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("here", 1),
        "server": ("house", 80),
    }

    requests = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        for request in requests:
            return request
        await anyio.sleep_forever()  # the client stays
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:  # noqa: ANN401 - ASGI's own
        if message.get("body"):
            at_each_piece()
            sent.extend(message["body"])

    await h.app(scope, receive, send)
    return bytes(sent)
