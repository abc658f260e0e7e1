"""Hands a request's body to its reader past the parser: a film is gigabytes of nothing to parse.

The reader's thread takes the bytes from the socket itself, as many as lie there: each is copied
once, and the event loop is only asked when there are more. uvicorn's own way copies each byte three
times, and goes through the loop for every 64 KiB. Where a server cannot do it, `take` says so, and
the body comes the usual way.
"""

import asyncio
import os
import socket
from asyncio import Event, Transport
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from threading import Lock, local
from typing import Any, Final

import anyio
import httptools
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION: Final = "liuhen.body"
"""In `scope["extensions"]`, where the server can: `{"take": …}`."""
PIECE_BYTES: Final = 1024**2
"""The most that is read at once. Each thread that reads has one buffer of this size."""
BURST_BYTES: Final = 16 * 1024**2
"""After so much others have their turn at the thread."""
WORTHWHILE_BYTES: Final = 256 * 1024
"""What the kernel collects before it wakes us (SO_RCVLOWAT), unless less is to come."""
LINGER_S: Final = 0.5
"""How long fewer than that may lie there unread."""


class CutError(Exception):
    """The connection ended before the body did."""


def take(scope: Mapping[str, Any]) -> "DirectBody | None":
    """The body of a request, for one reader, or None where it comes the usual way.

    Not more than once, and before anything of it was read.
    """
    offered = scope.get("extensions", {}).get(EXTENSION)
    return offered["take"]() if offered else None


class DirectBody:
    """What is left of a request's body. `more` is for the event loop, `here` for any one thread."""

    def __init__(self, http: "DirectProtocol", first: bytes, left: int) -> None:
        self._http = http
        self._first = first
        self._left = left
        """How much is to be read of the socket."""
        self._is_cut = False
        self._moved = Event()
        # The server closes its own when it likes, while a thread may be reading.
        file = http.transport.get_extra_info("socket").fileno()
        self._socket = socket.socket(fileno=os.dup(file))
        self._reading = Lock()

    async def more(self) -> bool:
        """Wait until some of it lies here; False: that was all.

        Raises:
            CutError: there is no more, although more was announced.
        """
        self._http.body_moved()
        if self._first:
            return True
        if not self._left:
            self._http.take_back()
            return False
        self._http.waits_for_body = True
        try:
            while not (self._is_cut or await self._is_worthwhile() or self._is_something()):
                pass
        finally:
            self._http.waits_for_body = False
        if self._is_cut:
            raise CutError
        return True

    def here(self) -> Iterator[memoryview]:
        """What lies here, in order, without waiting. Each piece is good until the next."""
        if self._first:
            first, self._first = self._first, b""
            yield memoryview(first)
        space, burst = _space(), 0
        while burst < BURST_BYTES and (count := self._read(space)):
            burst += count
            yield space[:count]

    def _read(self, space: memoryview) -> int:
        """Read of the socket; nothing where nothing lies there, or more will never come."""
        with self._reading:
            if not self._left or self._is_cut:
                return 0
            try:
                count = self._socket.recv_into(space[: self._left])
            except BlockingIOError:
                return 0
            except OSError:
                count = 0
            self._left -= count
            self._is_cut = not count
        return count

    async def _is_worthwhile(self) -> bool:
        """Wait for enough to wake a thread for, or for the end; False when that took too long."""
        loop = asyncio.get_running_loop()
        self._wake_at(min(WORTHWHILE_BYTES, self._left))
        self._moved.clear()
        loop.add_reader(self._socket, self._moved.set)
        try:
            with anyio.move_on_after(LINGER_S):
                await self._moved.wait()
                return True
        finally:
            loop.remove_reader(self._socket)
        return False

    def _is_something(self) -> bool:
        try:
            self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            self._is_cut = True
        return True

    def _wake_at(self, size_bytes: int) -> None:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size_bytes)

    def cut(self) -> None:
        """End it, wherever it is: nobody will be answered."""
        self._is_cut = True
        self._moved.set()
        self.close()

    def close(self) -> None:
        """Leave the socket to the server."""
        with self._reading:
            self._is_cut = self._is_cut or self._left > 0
            with suppress(OSError):  # it is gone
                self._wake_at(1)
            self._socket.close()


_of_thread: Final = local()


def _space() -> memoryview:
    """This thread's buffer: one that is new each time would be cleared by the kernel each time."""
    if not hasattr(_of_thread, "space"):
        _of_thread.space = memoryview(bytearray(PIECE_BYTES))
    return _of_thread.space


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose bodies can be taken.

    Relies on what uvicorn keeps of a request: `scope`, and what came and was answered in `cycle`.
    """

    scope: Any
    cycle: Any
    parser: Any
    transport: Transport
    waits_for_body: bool = False
    """Whether the other side has to send more of a body that was taken."""
    _taken: DirectBody | None = None
    _keeps_alive: bool = False

    @override
    def on_headers_complete(self) -> None:
        taking = {"take": partial(self._take, self.scope)}
        self.scope["extensions"] = self.scope.get("extensions", {}) | {EXTENSION: taking}
        super().on_headers_complete()

    def _take(self, scope: Mapping[str, Any]) -> DirectBody | None:
        cycle = self.cycle
        length = dict(scope["headers"]).get(b"content-length")
        is_ours = cycle.scope is scope and not (cycle.disconnected or cycle.response_started)
        is_plain = self.transport.get_extra_info("sslcontext") is None
        if not (is_ours and is_plain and cycle.more_body and length):
            return None
        self.flow.pause_reading()
        first, cycle.body = bytes(cycle.body), bytearray()
        if cycle.waiting_for_100_continue:
            cycle.waiting_for_100_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # Who answers before the body has come leaves the rest of it on the connection.
        self._keeps_alive, cycle.keep_alive = cycle.keep_alive, False
        self._taken = DirectBody(self, first, int(length) - len(first))
        return self._taken

    def body_moved(self) -> None:
        """Some of a body that was taken has come."""

    def take_back(self) -> None:
        """Read the next request, after a body that was taken has come."""
        self._leave()
        if self.transport.is_closing():
            return
        self.cycle.keep_alive = self._keeps_alive
        self.parser = httptools.HttpRequestParser(self)
        self.on_message_complete()
        self.flow.resume_reading()

    def _leave(self) -> None:
        if self._taken:
            self._taken.close()
            self._taken = None

    @override
    def data_received(self, data: bytes) -> None:
        if self._taken:  # somebody else asks for the body: its reader would miss this
            self.transport.abort()
            return
        super().data_received(data)

    @override
    def on_response_complete(self) -> None:
        self._leave()
        super().on_response_complete()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._taken:
            self._taken.cut()
            self._taken = None
        super().connection_lost(exc)

    @override
    def shutdown(self) -> None:
        self._keeps_alive = False  # also of a body that is on its way
        super().shutdown()
