"""A TCP proxy that treats each connection as a bad line does: a reset, silence, slowness."""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections import Counter, deque
from collections.abc import Coroutine
from contextlib import suppress
from random import Random
from types import TracebackType
from typing import Final, Self

KINDS: Final = ("plain", "plain", "plain", "reset", "slow", "half-open", "answer lost")
SOON_BYTES: Final = 3 * 1024**2
"""Within how many bytes something happens."""
PIECE_BYTES: Final = 64 * 1024
SLOW_BYTES, SLOW_S = 8 * 1024, 0.005
SILENT_MAX: Final = 20
"""How many silent connections are kept; the oldest is cut for a new one."""


class Toxic:
    """A line to a server."""

    def __init__(self, server: tuple[str, int], dice: Random) -> None:
        self.happened = Counter[str]()
        self._server_address = server
        self._dice = dice
        self._over = asyncio.Event()
        self._silent: deque[list[StreamWriter]] = deque()
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._proxy = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address: tuple[str, int] = self._proxy.sockets[0].getsockname()
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._proxy.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for ends in self._silent:
            await _reset(ends)

    def _accept(self, client: StreamReader, to_client: StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(client, to_client))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, client: StreamReader, to_client: StreamWriter) -> None:
        kind, left = self._dice.choice(KINDS), self._dice.randrange(SOON_BYTES)
        ends = [to_client]
        try:
            with suppress(OSError):
                server, to_server = await asyncio.open_connection(*self._server_address)
                ends.append(to_server)
                await self._both_ways(
                    self._carry(client, to_server, kind, left),
                    self._answer(server, to_client, kind),
                )
        finally:
            if kind == "half-open" and not self._over.is_set():
                await self._fall_silent(ends)
            else:
                await _reset(ends)

    async def _both_ways(self, *ways: Coroutine[None, None, None]) -> None:
        """Until one of them ends."""
        tasks = [asyncio.create_task(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(
        self, client: StreamReader, to_server: StreamWriter, kind: str, left: int
    ) -> None:
        """Bytes to the server, until what is to happen does."""
        while piece := await client.read(SLOW_BYTES if kind == "slow" else PIECE_BYTES):
            if kind in {"reset", "half-open"}:
                piece, left = piece[:left], left - len(piece)
            to_server.write(piece)
            await to_server.drain()
            if left <= 0 and kind in {"reset", "half-open"}:
                self.happened[kind] += 1
                return
            if kind == "slow" and left > 0:
                self.happened[kind] += left <= len(piece)
                left -= len(piece)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), SLOW_S)

    async def _answer(self, server: StreamReader, to_client: StreamWriter, kind: str) -> None:
        while piece := await server.read(PIECE_BYTES):
            if kind == "answer lost":
                self.happened[kind] += 1
                return
            to_client.write(piece)
            await to_client.drain()
        to_client.write_eof()

    async def _fall_silent(self, ends: list[StreamWriter]) -> None:
        self._silent.append(ends)
        if len(self._silent) > SILENT_MAX:
            await _reset(self._silent.popleft())


async def _reset(ends: list[StreamWriter]) -> None:
    """End connections as a router that forgot them does."""
    for end in ends:
        line: socket.socket = end.get_extra_info("socket")
        if line.fileno() >= 0:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.transport.abort()
    for end in ends:
        with suppress(OSError):
            await end.wait_closed()
