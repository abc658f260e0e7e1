"""Bodies taken past the parser arrive as those that come the usual way.

Method: the same exchanges on real sockets with uvicorn's own protocol and with ours, which relies
on what uvicorn keeps of a request; another version of uvicorn may need another one of ours.
"""

import hashlib
import socket
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

import httpx
import pytest
import uvicorn
from anyio import to_thread
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from common import direct_bodies
from common.direct_bodies import BURST_BYTES, WORTHWHILE_BYTES, CutError, DirectBody
from liuhen.patience import PatientProtocol

MIB: Final = 1024**2
NOISE: Final = hashlib.shake_256(b"noise").digest(5 * MIB + 3)
OURS, THEIRS = PatientProtocol, HttpToolsProtocol


class Reader:
    """An application that reads bodies and says what it read."""

    def __init__(self) -> None:
        self.may_read = Event()
        self.may_read.set()
        self.came: Future[tuple[bytes, bool]] = Future()
        """What one body was, and whether it was whole."""
        self.has_some = Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/refused":
            await _answer(send, 403, b"no")
            return
        if scope["path"] == "/halfway" and (taken := direct_bodies.take(scope)):
            await taken.more()
            next(taken.here())
            await _answer(send, 409, b"enough")
            return
        body, is_whole, way = await self._read(scope, receive)
        if not self.came.done():
            self.came.set_result((body, is_whole))
        await _answer(send, 200, f"{way} {hashlib.sha256(body).hexdigest()}".encode())

    async def _read(self, scope: Scope, receive: Receive) -> tuple[bytes, bool, str]:
        body = bytearray()
        if taken := direct_bodies.take(scope):
            try:
                while await taken.more():
                    if scope["path"] == "/ending":
                        taken._http.shutdown()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - as uvicorn does
                    await to_thread.run_sync(self._add, body, taken)
            except CutError:
                return bytes(body), False, "direct"
            return bytes(body), True, "direct"
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                return bytes(body), True, "usual"
        return bytes(body), False, "usual"

    def _add(self, body: bytearray, taken: DirectBody) -> None:
        self.may_read.wait(20)
        for piece in taken.here():
            body += piece
        self.has_some.set()


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@contextmanager
def served(reader: Reader, protocol: type[HttpToolsProtocol]) -> Generator[tuple[str, int]]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(reader, http=protocol, loop="uvloop", lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()
    server.should_exit = True
    thread.join()


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def address(reader: Reader) -> Generator[tuple[str, int]]:
    with served(reader, OURS) as address:
        yield address


def head(length: int, path: str = "/", *more: str) -> bytes:
    lines = [f"PATCH {path} HTTP/1.1", "host: reader", f"content-length: {length}", *more, "", ""]
    return "\r\n".join(lines).encode()


def answer(connection: socket.socket) -> bytes:
    """One answer: its head, and as much body as it announces."""
    said = b""
    while b"\r\n\r\n" not in said:
        said += connection.recv(1) or pytest.fail("closed without an answer")
    length = int(said.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return said + connection.recv(length, socket.MSG_WAITALL)


@pytest.mark.parametrize("protocol", [OURS, THEIRS])
@pytest.mark.parametrize("size", [0, 1, 1000, WORTHWHILE_BYTES, MIB, len(NOISE)])
@pytest.mark.parametrize("piece", [777, 70_000, 10 * MIB])
def test_a_body_is_what_was_sent_however_it_was_cut_up(
    reader: Reader, protocol: type[HttpToolsProtocol], size: int, piece: int
) -> None:
    body = NOISE[:size] if piece > 1000 else NOISE[: min(size, 100_000)]  # or it takes too long
    with served(reader, protocol) as address, socket.create_connection(address, 20) as sender:
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sender.sendall(head(len(body)))
        for start in range(0, len(body), piece):
            sender.sendall(body[start : start + piece])
        said = answer(sender)
    assert said.startswith(b"HTTP/1.1 200")
    assert said.endswith(hashlib.sha256(body).hexdigest().encode())


def test_a_large_body_goes_past_the_parser(reader: Reader, address: tuple[str, int]) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE)) + NOISE)
        assert b"direct " in answer(sender)
    assert reader.came.result(20) == (NOISE, True)


def test_a_longer_body_than_is_read_at_once_is_read_to_its_end(address: tuple[str, int]) -> None:
    body = NOISE * (2 * BURST_BYTES // len(NOISE) + 1)
    with socket.create_connection(address, 60) as sender:
        sender.sendall(head(len(body)) + body)
        assert answer(sender).endswith(hashlib.sha256(body).hexdigest().encode())


def test_little_is_not_waited_with_for_more(reader: Reader, address: tuple[str, int]) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE)))
        sender.sendall(NOISE[:10])
        assert reader.has_some.wait(20)
        sender.sendall(NOISE[10:])
        assert answer(sender).endswith(hashlib.sha256(NOISE).hexdigest().encode())


def test_requests_follow_each_other_on_a_connection(address: tuple[str, int]) -> None:
    small, large = NOISE[:10], NOISE[10:]
    with socket.create_connection(address, 20) as sender:
        for body in (large, small, large):
            sender.sendall(head(len(body)) + body)
            assert answer(sender).endswith(hashlib.sha256(body).hexdigest().encode())


def test_a_small_request_is_heard_after_a_body(address: tuple[str, int]) -> None:
    """The kernel was told to wake nobody for so little."""
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(WORTHWHILE_BYTES, "/", "expect: 100-continue"))
        assert sender.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        for body in (NOISE[:WORTHWHILE_BYTES], NOISE[:10]):
            sender.sendall(body)
            assert answer(sender).endswith(hashlib.sha256(body).hexdigest().encode())
            sender.sendall(head(10))


def test_a_request_that_comes_with_the_end_of_a_body_is_the_next(address: tuple[str, int]) -> None:
    first, second = NOISE[: 3 * MIB], NOISE[3 * MIB :]
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(first)) + first + head(len(second)) + second)
        for body in (first, second):
            assert answer(sender).endswith(hashlib.sha256(body).hexdigest().encode())


@pytest.mark.parametrize("size", [0, 10, 3 * MIB + 7])
def test_what_came_before_a_cut_is_read(
    reader: Reader, address: tuple[str, int], size: int
) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE)) + NOISE[:size])
        sender.shutdown(socket.SHUT_WR)
    assert reader.came.result(20) == (NOISE[:size], False)


def test_who_answers_before_the_end_of_a_body_ends_the_connection(
    address: tuple[str, int],
) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE), "/halfway") + NOISE[:100])
        said = answer(sender)
        assert said.startswith(b"HTTP/1.1 409")
        assert b"connection: close" in said
        assert sender.recv(1) == b""


def test_nothing_is_asked_for_before_somebody_reads(
    reader: Reader, address: tuple[str, int]
) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE), "/refused", "expect: 100-continue"))
        assert answer(sender).startswith(b"HTTP/1.1 403")
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE), "/", "expect: 100-continue"))
        assert sender.recv(25, socket.MSG_WAITALL) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sender.sendall(NOISE)
        assert answer(sender).startswith(b"HTTP/1.1 200")
    assert reader.came.result(20) == (NOISE, True)


def test_a_server_that_ends_lets_a_body_come_and_takes_no_further_request(
    address: tuple[str, int],
) -> None:
    with socket.create_connection(address, 20) as sender:
        sender.sendall(head(len(NOISE), "/ending") + NOISE)
        said = answer(sender)
        assert said.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in said


def test_a_body_of_unsaid_length_comes_the_usual_way(address: tuple[str, int]) -> None:
    def pieces() -> Generator[bytes]:
        yield from (NOISE[:MIB], NOISE[MIB:])

    said = httpx.put("http://{}:{}/".format(*address), content=pieces(), trust_env=False)
    assert said.text == f"usual {hashlib.sha256(NOISE).hexdigest()}"


def test_a_sender_waits_for_a_slow_reader(reader: Reader, address: tuple[str, int]) -> None:
    """Or the slow disk of one box would fill its memory."""
    body = bytes(64 * MIB)
    reader.may_read.clear()
    sent = 0
    with socket.create_connection(address, 1) as sender:
        sender.sendall(head(len(body)))
        with suppress(TimeoutError):
            while sent < len(body):
                sent += sender.send(body[sent : sent + MIB])
        assert MIB < sent < len(body) / 2  # some of it is in the kernel's buffers
        reader.may_read.set()
        sender.settimeout(60)
        sender.sendall(memoryview(body)[sent:])
        assert answer(sender).endswith(hashlib.sha256(body).hexdigest().encode())
