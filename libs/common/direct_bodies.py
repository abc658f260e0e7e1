"""Hands a request's body to its reader past the parser: a film is gigabytes of nothing to parse.

The reader gets the kernel's bytes in buffers that are used again; uvicorn's own way copies each
byte three times. Where a server cannot do it, `take` says so, and the body comes the usual way.
"""

from asyncio import BufferedProtocol, Event, Transport
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from functools import partial
from typing import Any, Final

import httptools
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION: Final = "liuhen.body"
"""In `scope["extensions"]`, where the server can: `{"take": …}`."""
BUFFER_BYTES: Final = 1024**2
BUFFERS: Final = 4
"""For each body: one is read, one is filled, and neither waits for the other's next."""


class CutError(Exception):
    """The connection ended before the body did."""


def take(scope: Mapping[str, Any]) -> "DirectBody | None":
    """The body of a request, for one reader, or None where it comes the usual way.

    Not more than once, and before anything of it was read.
    """
    offered = scope.get("extensions", {}).get(EXTENSION)
    return offered["take"]() if offered else None


class DirectBody(BufferedProtocol):
    """What is left of a request's body; takes the place of the parser until it has come."""

    def __init__(self, http: "DirectProtocol", first: bytes, left: int) -> None:
        self._http = http
        self._left = left
        self._free = [memoryview(bytearray(BUFFER_BYTES)) for _ in range(BUFFERS - 1)]
        self._filling: memoryview | None = memoryview(bytearray(BUFFER_BYTES))
        self._filled = 0
        self._full: deque[memoryview] = deque([memoryview(first)] if first else [])
        self._moved = Event()
        self._is_cut = False

    async def pieces(self) -> AsyncGenerator[memoryview]:
        """The body in order. Each piece is the reader's until it asks for the next.

        Raises:
            CutError: after the last byte that came, if more was announced.
        """
        while True:
            while (piece := self._next()) is None:
                if self._is_cut:
                    raise CutError
                if not self._left:
                    self._http.take_back()
                    return
                self._moved.clear()
                await self._moved.wait()
            yield piece
            self._use_again(piece)

    def _next(self) -> memoryview | None:
        if self._full:
            return self._full.popleft()
        if not self._filled or self._filling is None:
            return None
        piece, self._filling = self._filling[: self._filled], None
        self._fill_another()
        return piece

    def _fill_another(self) -> None:
        """Let another buffer be filled; without a free one the sender waits."""
        self._filled = 0
        if self._free and self._filling is None:
            self._filling = self._free.pop()
        elif self._filling is None:
            self._http.flow.pause_reading()

    def _use_again(self, piece: memoryview) -> None:
        whole = piece.obj
        if isinstance(whole, bytearray):  # not the bytes that came with the head
            self._free.append(memoryview(whole))
        if self._filling is None and self._free and self._left and not self._is_cut:
            self._fill_another()
            self._http.flow.resume_reading()

    @override
    def get_buffer(self, sizehint: int) -> memoryview:
        assert self._filling is not None, "read although reading is paused"  # noqa: S101 - or bytes go nowhere
        return self._filling[self._filled : min(BUFFER_BYTES, self._filled + self._left)]

    @override
    def buffer_updated(self, nbytes: int) -> None:
        self._filled += nbytes
        self._left -= nbytes
        self._http.body_moved()
        if not self._left:
            self._http.flow.pause_reading()  # what follows is for the parser
        elif self._filled == BUFFER_BYTES and self._filling is not None:
            self._full.append(self._filling)
            self._filling = None
            self._fill_another()
        self._moved.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._is_cut = self._left > 0
        self._moved.set()
        self._http.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._http.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._http.resume_writing()


class DirectProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose bodies can be taken.

    Relies on what uvicorn keeps of a request: `scope`, and what came and was answered in `cycle`.
    """

    scope: Any
    cycle: Any
    parser: Any
    transport: Transport
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
        if not (is_ours and cycle.more_body and length):
            return None
        first, cycle.body = bytes(cycle.body), bytearray()
        if cycle.waiting_for_100_continue:
            cycle.waiting_for_100_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        # Who answers before the body has come leaves the rest of it on the connection.
        self._keeps_alive, cycle.keep_alive = cycle.keep_alive, False
        body = DirectBody(self, first, int(length) - len(first))
        self.transport.set_protocol(body)
        self.flow.resume_reading()
        return body

    def body_moved(self) -> None:
        """Some of a body that was taken has come."""

    def take_back(self) -> None:
        """Read the next request, after a body that was taken has come."""
        if self.transport.is_closing():
            return
        self.cycle.keep_alive = self._keeps_alive
        self.parser = httptools.HttpRequestParser(self)
        self.transport.set_protocol(self)
        self.on_message_complete()
        self.flow.resume_reading()

    @override
    def shutdown(self) -> None:
        self._keeps_alive = False  # also of a body that is on its way
        super().shutdown()
