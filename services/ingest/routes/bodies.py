"""The bytes that a request brings, by the shortest way that the server has."""

from collections.abc import AsyncGenerator, Iterator
from typing import Final

import anyio
from fastapi import Request
from starlette.requests import ClientDisconnect

from common import direct_bodies
from common.direct_bodies import DirectBody
from ingest.errors import ConnectionCutError

BATCH_BYTES: Final = 1024**2
"""How much is collected before a thread is woken for it; also what a connection may hold."""


def brings_bytes(request: Request) -> bool:
    """Whether a request has a body."""
    headers = request.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


class Body:
    """A request's body in order, once. Nothing is asked of its client before it is asked for."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._way: DirectBody | _Usual | None = None

    async def more(self) -> bool:
        """Wait until some of it lies here; False: that was all.

        Raises:
            ConnectionCutError: there is no more, although more was announced.
        """
        if self._way is None:
            self._way = direct_bodies.take(self._request.scope) or _Usual(self._request.stream())
        try:
            return await self._way.more()
        except (ClientDisconnect, direct_bodies.CutError) as error:
            raise ConnectionCutError from error

    def here(self) -> Iterator[memoryview]:
        """What lies here, without waiting; in any thread. Each piece is good until the next."""
        return self._way.here() if self._way else iter(())


class _Usual:
    """A body as every server brings it: in small pieces, through the event loop."""

    def __init__(self, stream: AsyncGenerator[bytes]) -> None:
        self._stream = stream
        self._collected = bytearray()

    async def more(self) -> bool:
        begun = anyio.current_time()
        async for piece in self._stream:
            self._collected += piece
            is_due = self._collected and anyio.current_time() - begun >= direct_bodies.LINGER_S
            if is_due or len(self._collected) >= BATCH_BYTES:
                return True
        return bool(self._collected)

    def here(self) -> Iterator[memoryview]:
        collected, self._collected = self._collected, bytearray()
        if collected:
            yield memoryview(collected)
