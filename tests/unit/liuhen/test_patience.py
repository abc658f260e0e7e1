"""How long the door waits for a request. A socket that was closed is the clock: nobody sleeps."""

import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from socket import create_connection, socket
from typing import Any, ClassVar, Final

import pytest
import uvicorn
from fastapi import FastAPI, Request

from liuhen import door
from liuhen.door import Door
from liuhen.patience import HEADER_MAX_BYTES, PatientProtocol

HALF: Final = b"POST / HTTP/1.1\r\nHost: door\r\n"
WHOLE: Final = HALF + b"Content-Length: 4\r\n\r\n"
TOO_LONG_S: Final = 10.0
"""A test that waits as long as this has failed."""


class Impatient(PatientProtocol):
    header_max_s: ClassVar[float] = 0.5


WAITS_A_MOMENT: Final[dict[str, Any]] = {"http": Impatient}
AS_IT_IS: Final[dict[str, Any]] = {}


def echo() -> FastAPI:
    app = FastAPI()

    @app.post("/")
    async def answer(request: Request) -> str:  # pyright: ignore[reportUnusedFunction] - the router uses it
        return (await request.body()).decode()

    return app


@contextmanager
def opened(changes: dict[str, Any] = WAITS_A_MOMENT) -> Generator[socket]:
    """A door, and the address behind it."""
    here = Door("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(echo(), **here.uvicorn_options() | changes))
    with closing(here.bind()) as bound:
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        try:
            yield bound
        finally:
            server.should_exit = True
            thread.join()


def caller(bound: socket) -> socket:
    return create_connection(bound.getsockname(), TOO_LONG_S)


def heard(call: socket, ends: bytes) -> bytes:
    """What comes, up to and with `ends`."""
    said = b""
    while not said.endswith(ends):
        more = call.recv(4096)
        assert more, said
        said += more
    return said


@pytest.mark.parametrize("said", [b"", b"P", HALF, b"\r\n"])
def test_a_head_that_does_not_come_loses_its_place(said: bytes) -> None:
    with opened() as bound, caller(bound) as call:
        call.sendall(said)
        assert call.recv(1) == b""


@pytest.mark.parametrize("said", [b"\r\n", HALF])
def test_the_second_head_is_waited_for_no_longer_than_the_first(said: bytes) -> None:
    with opened() as bound, caller(bound) as call:
        call.sendall(WHOLE + b"film")
        assert heard(call, b'"film"').startswith(b"HTTP/1.1 200")
        call.sendall(said)
        assert call.recv(1) == b""


def test_a_film_comes_as_slowly_as_it_must() -> None:
    with opened() as bound, caller(bound) as phone:
        phone.sendall(WHOLE + b"fi")
        with caller(bound) as other:  # came later and is closed: longer than the limit has passed
            assert other.recv(1) == b""
        phone.sendall(b"lm")
        assert heard(phone, b'"film"').startswith(b"HTTP/1.1 200")


def test_a_head_without_end_is_not_kept() -> None:
    """As the door really is: the test would fail long before its patience ends."""
    with opened(AS_IT_IS) as bound, caller(bound) as call:
        call.sendall(HALF + b"X: " + b"x" * HEADER_MAX_BYTES)
        assert call.recv(1) == b""


def test_a_crowd_is_turned_away_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "CONNECTIONS_MAX", 2)
    with opened(AS_IT_IS) as bound, caller(bound) as one, caller(bound) as another:
        one.sendall(HALF)
        another.sendall(WHOLE + b"film")
        assert heard(another, b"Service Unavailable").startswith(b"HTTP/1.1 503")
