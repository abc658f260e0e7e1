"""Clips are looked into by a limited process, one at a time, once each."""

from typing import Final

from anyio import to_thread

from contracts.ingest import ClipProbed
from ingest import store
from ingest.adapters.probe_process import ProbeProcess
from ingest.domain import Clip, Facts
from ingest.operations.context import Context

SLICE_S: Final = 2
"""How long the loop waits for a probe before it beats again; a long film takes several."""


class Prober:
    """The loop that has clips probed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._running: tuple[Clip, ProbeProcess] | None = None

    async def step(self, wait_s: float = 0) -> int:
        """Start a probe or wait for the one that runs; 0 when no clip waits for one."""
        if self._running is None:
            self._running = await to_thread.run_sync(self._start_next)
        if self._running is None:
            await self._ctx.unprobed.pause(wait_s)
            return 0
        clip, process = self._running
        facts = await to_thread.run_sync(process.wait, SLICE_S)
        if facts is not None:
            await to_thread.run_sync(record_facts, self._ctx, clip, facts)
            process.close()
            self._running = None
        return 1

    def _start_next(self) -> tuple[Clip, ProbeProcess] | None:
        with self._ctx.db.snapshot() as session:
            clip = store.next_unprobed(session)
        if clip is None:
            return None
        with self._ctx.objects.open(clip.sha256) as film:
            return clip, ProbeProcess(film)


def record_facts(ctx: Context, clip: Clip, facts: Facts) -> None:
    """Keep what a probe read and announce it."""
    probed = ClipProbed(agency_id=clip.agency_id, clip_id=clip.clip_id, **facts.model_dump())
    with ctx.db.transaction() as session:
        store.add_facts(session, clip.clip_id, facts)
        ctx.outbox.emit(session, probed)
