"""One request at a time per upload, the newest first: a dead connection keeps nobody waiting."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio import CancelScope


@dataclass
class _Place:
    lock: anyio.Lock = field(default_factory=anyio.Lock)
    readings: list[CancelScope] = field(default_factory=list[CancelScope])


class Turns:
    """Whose turn it is at each upload, in this process."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def take(self, key: str) -> AsyncGenerator[CancelScope]:
        """Wait for those before us, after ending their reading; the block is our turn.

        Whoever reads from a client does so inside the scope it is given: a newer request cancels
        that scope, never what follows it, so what has arrived is still put away.
        """
        place = self._places.setdefault(key, _Place())
        for older in place.readings:
            older.cancel()
        reading = CancelScope()
        place.readings.append(reading)
        try:
            async with place.lock:
                yield reading
        finally:
            place.readings.remove(reading)
            if not place.readings:
                del self._places[key]

    def is_taken(self, key: str) -> bool:
        return key in self._places
