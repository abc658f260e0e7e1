"""Two processes on one spool, as while one replaces the other: the newer request has the film."""

import hashlib
import socket
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest

from common.clock import SystemClock
from contracts.identity import Role
from ingest.operations.uploads import TAKE_OVER_S
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tests.support.uploads import TUS, header
from tests.support.words import metadata

OFFICER = person(Role.OFFICER, agency_id=uuid4())
FILM: Final = hashlib.shake_256(b"a film").digest(900_000)
CAME: Final = 200_000
CHUNK = TUS | {"content-type": "application/offset+octet-stream"}


@pytest.fixture
def old_and_new(tmp_path: Path) -> Generator[list[Receiver]]:
    Signer.open(tmp_path, SystemClock())
    with ExitStack() as lives:
        yield [lives.enter_context(Receiver(tmp_path)) for _ in range(2)]


def client(at: Receiver) -> httpx.Client:
    headers = Signer.open(at.data, SystemClock()).headers(OFFICER)
    return httpx.Client(base_url=at.base_url, headers=headers | TUS, timeout=30)


def announce(at: httpx.Client) -> str:
    said = metadata(OFFICER, uuid4(), hashlib.sha256(FILM).hexdigest())
    headers = {"upload-metadata": header(said), "upload-length": str(len(FILM))}
    return at.post("/ingest/uploads/", headers=headers).headers["location"]


def begin_to_send(at: Receiver, location: str, who: httpx.Client) -> socket.socket:
    """A line whose other end believes in it although nothing comes any more."""
    head = [
        f"PATCH {location} HTTP/1.1",
        "host: county",
        f"authorization: {who.headers['authorization']}",
        "tus-resumable: 1.0.0",
        f"content-type: {CHUNK['content-type']}",
        "upload-offset: 0",
        f"content-length: {len(FILM)}",
    ]
    line = socket.create_connection(at.address, timeout=30)
    line.sendall("\r\n".join([*head, "", ""]).encode() + FILM[:CAME])
    return line


def until_read(at: Receiver, location: str) -> None:
    """Wait until some of what was sent lies in the spool."""
    film = at.data / "spool" / location.rpartition("/")[2]
    while not (film.exists() and film.stat().st_size):
        pass


def is_kept(data: Path) -> bool:
    digest = hashlib.sha256(FILM).hexdigest()
    kept = data / "objects" / digest[:2] / digest
    return kept.exists() and kept.read_bytes() == FILM


@pytest.mark.parametrize("reader", [0, 1])
def test_who_asks_one_process_ends_what_another_still_reads_and_loses_nothing(
    old_and_new: list[Receiver], reader: int
) -> None:
    reads, asked = old_and_new[reader], old_and_new[1 - reader]
    with client(asked) as phone:
        location = announce(phone)
        with begin_to_send(reads, location, phone) as silent:
            until_read(reads, location)
            began = time.monotonic()
            offset = int(phone.head(location).headers["upload-offset"])
            assert time.monotonic() - began < TAKE_OVER_S
            assert silent.recv(65536).startswith(b"HTTP/1.1 409")
        assert offset == CAME
        headers = CHUNK | {"upload-offset": str(offset)}
        sent = phone.patch(location, headers=headers, content=FILM[offset:])
        assert sent.status_code == 204, sent.text
    assert is_kept(asked.data)


def test_a_process_that_was_killed_holds_nothing(old_and_new: list[Receiver]) -> None:
    old, new = old_and_new
    with client(new) as phone, ThreadPoolExecutor(1) as thread:
        location = announce(phone)
        with begin_to_send(old, location, phone):
            until_read(old, location)
            old.kill()
            asked = thread.submit(phone.head, location)
            offset = int(asked.result(timeout=TAKE_OVER_S).headers["upload-offset"])
            old.start()
        headers = CHUNK | {"upload-offset": str(offset)}
        sent = phone.patch(location, headers=headers, content=FILM[offset:])
        assert sent.status_code == 204, sent.text
    assert is_kept(new.data)
