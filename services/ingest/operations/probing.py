"""Clips are looked into by a limited process, one at a time, once each."""

import logging
from datetime import timedelta
from typing import BinaryIO, Final

from anyio import to_thread

from common.objects import ObjectMissingError
from contracts.ingest import ClipProbed, ClipUnavailable
from ingest import store
from ingest.adapters.probe_process import ProbeProcess
from ingest.domain import Clip, Facts
from ingest.operations.context import Context

SLICE_S: Final = 2
"""How long the loop waits for a probe before it beats again; a long film takes several."""
RETRY: Final = timedelta(hours=1)
"""When a clip that could not be opened is tried again: its store may be back by then."""

logger = logging.getLogger(__name__)


class Prober:
    """The loop that has clips probed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._running: tuple[Clip, ProbeProcess] | None = None

    async def step(self, wait_s: float = 0) -> int:
        """Start a probe or wait for the one that runs; 0 when no clip waits for one."""
        if self._running is None and not await to_thread.run_sync(self._start_next):
            await self._ctx.unprobed.pause(wait_s)
            return 0
        if self._running is None:
            return 1
        clip, process = self._running
        facts = await to_thread.run_sync(process.wait, SLICE_S)
        if facts is not None:
            await to_thread.run_sync(record_facts, self._ctx, clip, facts)
            process.close()
            self._running = None
        return 1

    def _start_next(self) -> bool:
        """Start on the next clip, if it can be opened; say whether there was one."""
        clip = self._next()
        if clip and (film := open_film(self._ctx, clip)):
            with film:
                self._running = clip, ProbeProcess(film)
        return clip is not None

    def _next(self) -> Clip | None:
        with self._ctx.db.snapshot() as session:
            return store.next_unprobed(session, self._ctx.clock.now() - RETRY)


def open_film(ctx: Context, clip: Clip) -> BinaryIO | None:
    """A kept clip's bytes; None if they cannot be had, which is put on record and announced once.

    Never taken for a film that cannot be read: of those the bytes are there.
    """
    try:
        return ctx.objects.open(clip.sha256)
    except (ObjectMissingError, OSError):
        logger.exception("kept clip cannot be opened", extra={"clip_id": str(clip.clip_id)})
    unavailable = ClipUnavailable(
        agency_id=clip.agency_id, clip_id=clip.clip_id, sha256=clip.sha256
    )
    with ctx.db.transaction() as session:
        if store.set_unavailable(session, clip.clip_id, ctx.clock.now()):
            ctx.outbox.emit(session, unavailable)
    return None


def record_facts(ctx: Context, clip: Clip, facts: Facts) -> None:
    """Keep what a probe read and announce it."""
    probed = ClipProbed(agency_id=clip.agency_id, clip_id=clip.clip_id, **facts.model_dump())
    with ctx.db.transaction() as session:
        store.add_facts(session, clip.clip_id, facts)
        ctx.outbox.emit(session, probed)
