"""A request that is refused is answered before its body is sent, over real sockets."""

import socket
from collections.abc import Generator
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from common.auth import Requester
from common.clock import SystemClock
from contracts.identity import Role
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tests.support.uploads import TUS, header
from tests.support.words import metadata

AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
LEADER = person(Role.LEADER, agency_id=AGENCY)
STRANGER = person(Role.OFFICER, agency_id=uuid4())
FILM = b"film" * 1000
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Generator[Receiver]:
    data: Path = tmp_path_factory.mktemp("data")
    Signer.open(data, SystemClock())
    with Receiver(data) as running:
        yield running


def authorization(receiver: Receiver, who: Requester | None) -> dict[str, str]:
    if who is None:
        return {"authorization": "Bearer forged"}
    return Signer.open(receiver.data, SystemClock()).headers(who)


def begun(receiver: Receiver) -> str:
    words = header(metadata(OFFICER, uuid4(), sha256(FILM).hexdigest()))
    headers = TUS | {"upload-length": str(len(FILM)), "upload-metadata": words}
    answer = httpx.post(
        f"{receiver.base_url}/ingest/uploads/",
        headers=headers | authorization(receiver, OFFICER),
    )
    return answer.headers["location"]


def say_head(line: socket.socket, method: str, path: str, headers: dict[str, str]) -> None:
    """Send everything of a request but its body, and wait for the word to go on."""
    sent = TUS | {
        "host": "receiver",
        "expect": "100-continue",
        "content-length": str(len(FILM)),
        "content-type": "application/offset+octet-stream",
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in (sent | headers).items())]
    line.sendall("\r\n".join([*lines, "", ""]).encode())


@pytest.mark.parametrize(
    ("method", "who", "status"),
    [
        ("PATCH", None, b"401"),
        ("PATCH", LEADER, b"403"),
        ("PATCH", STRANGER, b"404"),
        ("POST", None, b"401"),
        ("POST", LEADER, b"403"),
    ],
    ids=["forged", "another role", "another agency", "forged, new", "another role, new"],
)
def test_who_may_not_is_told_before_a_byte_of_the_film_is_sent(
    receiver: Receiver, method: str, who: Requester | None, status: bytes
) -> None:
    location = begun(receiver)
    path = location if method == "PATCH" else "/ingest/uploads/"
    with socket.create_connection(receiver.address, timeout=20) as line:
        say_head(line, method, path, authorization(receiver, who) | {"upload-offset": "0"})
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert CONTINUE not in answer
    assert b"application/problem+json" in answer
    assert list((receiver.data / "spool").iterdir()) == []


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"upload-offset": "7"}, b"409"),
        ({"content-encoding": "gzip"}, b"415"),
        ({"tus-resumable": "0.1"}, b"412"),
        ({"content-length": str(len(FILM) + 1)}, b"413"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_sent(
    receiver: Receiver, odd: dict[str, str], status: bytes
) -> None:
    location = begun(receiver)
    with socket.create_connection(receiver.address, timeout=20) as line:
        headers = authorization(receiver, OFFICER) | {"upload-offset": "0"}
        say_head(line, "PATCH", location, headers | odd)
        answer = line.recv(65536)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert list((receiver.data / "spool").iterdir()) == []


def test_who_may_is_told_to_go_on_before_a_byte_is_sent(receiver: Receiver) -> None:
    location = begun(receiver)
    with socket.create_connection(receiver.address, timeout=20) as line:
        headers = authorization(receiver, OFFICER) | {"upload-offset": "0"}
        say_head(line, "PATCH", location, headers)
        assert line.recv(len(CONTINUE)) == CONTINUE
        line.sendall(FILM)
        assert line.recv(65536).startswith(b"HTTP/1.1 204")
