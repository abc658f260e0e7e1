"""Interim answers while a body comes, and what they rely on in uvicorn."""

import inspect
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from functools import partial
from socket import create_connection, create_server, socket
from typing import Any, ClassVar

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.h11_impl import H11Protocol

from common.informational import EXTENSION, InformingProtocol, inform

TOO_LONG_S = 10.0
"""A test that waits as long as this has failed."""
CHANGED = "uvicorn has changed what common.informational relies on: read its new {} there"
POST = b"POST / HTTP/1.1\r\nHost: door\r\nContent-Length: 4\r\n\r\n"


class Silent(InformingProtocol):
    informs: ClassVar[bool] = False


async def film(scope: Scope, receive: Receive, send: Send) -> None:
    """Says 104 before it reads anything, and once more when that is too late."""
    inform(scope, 104, {"Location": "/film"})
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    inform(scope, 104, {"Location": "/late"})
    await send({"type": "http.response.body", "body": b"kept"})


@contextmanager
def served(protocol: type) -> Generator[socket]:
    """A line to a server that speaks by this protocol."""
    config = uvicorn.Config(film, http=protocol, lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    with closing(create_server(("127.0.0.1", 0))) as bound:
        thread = threading.Thread(target=server.run, args=([bound],))
        thread.start()
        with create_connection(bound.getsockname(), TOO_LONG_S) as line:
            yield line
        server.should_exit = True
        thread.join()


def heard(line: socket, ends: bytes) -> bytes:
    said = b""
    while not said.endswith(ends):
        more = line.recv(4096)
        assert more, said
        said += more
    return said


def test_an_interim_answer_comes_before_the_body_and_never_after_the_final_one() -> None:
    with served(InformingProtocol) as line:
        for _ in range(2):  # of every request on a connection
            line.sendall(POST)
            early = heard(line, b"\r\n\r\n")
            assert early == b"HTTP/1.1 104 Upload Resumption Supported\r\nLocation: /film\r\n\r\n"
            line.sendall(b"film")
            final = heard(line, b"kept\r\n0\r\n\r\n")
            assert final.startswith(b"HTTP/1.1 200")
            assert b"104" not in final


def test_a_client_of_http_1_0_hears_one_answer() -> None:
    with served(InformingProtocol) as line:
        line.sendall(POST.replace(b"1.1", b"1.0") + b"film")
        assert b"104" not in heard(line, b"kept\r\n0\r\n\r\n")


def test_where_it_is_not_wanted_none_is_sent() -> None:
    with served(Silent) as line:
        line.sendall(POST + b"film")
        assert heard(line, b"kept\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_another_server_sends_none_and_works() -> None:
    with served(H11Protocol) as line:
        line.sendall(POST + b"film")
        assert heard(line, b"kept\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\0"])
def test_a_header_says_nothing_but_its_value(value: str) -> None:
    written: list[bytes] = []
    protocol = InformingProtocol.__new__(InformingProtocol)
    scope: dict[str, Any] = {}
    asked = {"scope": scope, "response_started": False, "disconnected": False}
    protocol.cycle = type("Cycle", (), asked)
    protocol.transport = type("Transport", (), {"write": written.append})  # pyright: ignore[reportAttributeAccessIssue] - only what is used
    send = partial(protocol._inform, scope)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as it offers it
    scope["extensions"] = {EXTENSION: {"send": send}}
    with pytest.raises(ValueError, match="not a header"):
        inform(scope, 104, {"Location": value})
    assert written == []


def test_uvicorn_keeps_of_a_request_what_interim_answers_rely_on() -> None:
    protocol = inspect.getsource(httptools_impl.HttpToolsProtocol)
    cycle = inspect.getsource(httptools_impl.RequestResponseCycle)
    for kept in ("self.scope = {", "def on_headers_complete", "self.cycle = RequestResponseCycle("):
        assert kept in protocol, CHANGED.format("protocol")
    for kept in ("self.scope = scope", "self.response_started = True", "self.disconnected"):
        assert kept in cycle, CHANGED.format("cycle")
    assert '"extensions"' not in protocol, CHANGED.format("extensions of the scope")
