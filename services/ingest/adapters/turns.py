"""One request at a time per upload, the newest first: a dead connection keeps nobody waiting."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Final

import anyio
from anyio import CancelScope

GRACE_S: Final = 0.2
"""How long an older request may go on reading: what a cut connection had sent is then still taken
up, and a dead one keeps nobody waiting for long."""
LOOK_S: Final = 0.5
"""How often who reads looks whether another process waits."""


@dataclass
class _Place:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    readings: list[CancelScope] = field(default_factory=list[CancelScope])


class Turns:
    """Whose turn it is at each upload, in this process."""

    def __init__(self, grace_s: float = GRACE_S) -> None:
        self._grace_s = grace_s
        self.is_ending = False
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncGenerator[CancelScope]:
        """Wait for those before us, after ending their reading; the block is our turn.

        Whoever reads from a client does so inside the scope it is given: a newer request ends that
        scope, never what follows it, so what has arrived is still put away.
        """
        place = self._places.setdefault(key, _Place())
        for older in place.readings:
            older.deadline = min(older.deadline, anyio.current_time() + self._grace_s)
        reading = CancelScope(deadline=-inf if self.is_ending else inf)
        place.readings.append(reading)
        try:
            async with place.lock:
                yield reading
        finally:
            place.readings.remove(reading)
            if not place.readings:
                del self._places[key]

    def end(self) -> None:
        """End every reading, also of those that come yet."""
        self.is_ending = True
        for place in self._places.values():
            for reading in place.readings:
                reading.cancel()

    def is_taken(self, key: str) -> bool:
        return key in self._places


def is_over(reading: CancelScope) -> bool:
    """Whether a reading has ended before it began: a newer request came, or the process ends."""
    return reading.cancel_called or anyio.current_time() >= reading.deadline


@contextmanager
def giving_way(reading: CancelScope, is_asked_for: Callable[[], bool]) -> Generator[None]:
    """End a reading within, once another process waits for what it reads."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        nonlocal next_look
        if is_asked_for():
            reading.cancel()
        else:
            next_look = loop.call_later(LOOK_S, look)

    next_look = loop.call_later(LOOK_S, look)
    try:
        yield
    finally:
        next_look.cancel()
