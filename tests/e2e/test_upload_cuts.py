"""Connections break for real: sockets are closed or fall silent inside a request."""

import socket
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from common.clock import SystemClock
from contracts.identity import Role
from liuhen.demo.film import make_film
from liuhen.demo.phone import CHUNK_BYTES, Phone, digest
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tests.support.words import words

OFFICER = person(Role.OFFICER, agency_id=uuid4())
KIB = 1024


@pytest.fixture
def receiver(tmp_path: Path) -> Generator[Receiver]:
    Signer.open(tmp_path, SystemClock())
    with Receiver(tmp_path) as running:
        yield running


@pytest.fixture
def phone(receiver: Receiver) -> Generator[Phone]:
    with Phone(receiver.base_url, token(receiver)) as phone:
        yield phone


def token(receiver: Receiver) -> str:
    headers = Signer.open(receiver.data, SystemClock()).headers(OFFICER)
    return headers["authorization"].removeprefix("Bearer ")


def begun(phone: Phone, folder: Path) -> tuple[Path, str]:
    """A film of 1 MiB, and where it is to be sent."""
    film = folder / "film"
    film.write_bytes(bytes(range(256)) * 4 * KIB)
    location, _ = phone.create(film, uuid4(), words(OFFICER) | {"sha256": digest(film)})
    return film, location


def head(receiver: Receiver, location: str, framing: str) -> bytes:
    lines = [
        f"PATCH {location} HTTP/1.1",
        "host: receiver",
        "tus-resumable: 1.0.0",
        f"authorization: Bearer {token(receiver)}",
        "content-type: application/offset+octet-stream",
        "upload-offset: 0",
        framing,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_phone_goes_on_after_its_connection_was_cut_inside_a_chunk(
    receiver: Receiver, phone: Phone, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    make_film(film, datetime(2026, 1, 5, 1, tzinfo=UTC), 90)
    steps: list[int] = []
    cut_at = CHUNK_BYTES + 160 * KIB
    report = phone.upload(film, uuid4(), words(OFFICER), lambda done, _: steps.append(done), cut_at)
    assert report.resumed_from is not None
    # More than the chunks before, unless the question overtook the cut request on a busy machine.
    assert CHUNK_BYTES <= report.resumed_from <= cut_at
    assert steps[-1] == film.stat().st_size
    with httpx.Client(headers={"authorization": f"Bearer {token(receiver)}"}) as client:
        known = client.get(f"{receiver.base_url}/ingest/v1/clips/{report.clip_id}").json()
    assert (known["state"], known["sha256"]) == ("stored", digest(film))


def test_a_dead_connection_keeps_nobody_waiting(
    receiver: Receiver, phone: Phone, tmp_path: Path
) -> None:
    film, location = begun(phone, tmp_path)
    with socket.create_connection(receiver.address, timeout=20) as silent:
        silent.sendall(head(receiver, location, f"content-length: {film.stat().st_size}"))
        silent.sendall(film.read_bytes()[: 100 * KIB])
        while (offset := phone.offset(location)) == 0:  # until its first bytes were taken
            pass
        answer = silent.recv(65536).decode()
        assert answer.startswith("HTTP/1.1 409")
        assert f"upload-offset: {offset}\r\n" in answer.lower()
        assert "ingest.interrupted" in answer
    phone.send(location, film, offset, film.stat().st_size, lambda _done, _size: None)
    assert phone.offset(location) == film.stat().st_size


@pytest.mark.parametrize("framing", ["content-length: 1048576", "transfer-encoding: chunked"])
def test_who_sends_while_the_server_is_upgraded_goes_on_from_the_last_byte(
    receiver: Receiver, phone: Phone, tmp_path: Path, framing: str
) -> None:
    film, location = begun(phone, tmp_path)
    came = film.read_bytes()[: 100 * KIB]
    is_chunked = "chunked" in framing
    with socket.create_connection(receiver.address, timeout=20) as sending:
        sending.sendall(head(receiver, location, framing))
        sending.sendall(b"%x\r\n%b\r\n" % (len(came), came) if is_chunked else came)
        while not any((tmp_path / "spool").iterdir()):  # until it is read
            pass
        receiver.end()
        answer = "".join(iter(lambda: sending.recv(65536).decode(), ""))
    assert answer.startswith("HTTP/1.1 503")
    assert "ingest.ending" in answer
    assert f"upload-offset: {len(came)}\r\n" in answer.lower()
    assert receiver.is_ended()
    receiver.start()
    offset = phone.offset(location)
    assert offset == len(came)
    phone.send(location, film, offset, film.stat().st_size, lambda _done, _size: None)
    assert phone.offset(location) == film.stat().st_size
