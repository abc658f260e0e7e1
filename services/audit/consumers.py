"""What audit does about other services' events: it logs all of them, and answers exports."""

from typing import Final

from anyio import to_thread

from audit import operations
from audit.operations import Context
from common.consumer import Every, Reaction, on
from contracts.access import ExportRequested
from contracts.topics import PARTITIONS

REACTIONS: tuple[Reaction[Context], ...] = (on(ExportRequested, operations.note_export),)
EVERY: Final = Every[Context](frozenset(PARTITIONS), operations.append)


class Publisher:
    """Signs what was appended. A loop apart, so that appending never waits for it."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def step(self, wait_s: float = 0) -> int:
        """Publish once and say how many things were done; wait for news if it was none."""
        done = await to_thread.run_sync(operations.publish, self._ctx)
        if not done:
            await self._ctx.grown.pause(wait_s)
        return done
