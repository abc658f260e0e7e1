"""Clips are looked into by a limited process, one at a time, once each."""

import errno
import logging
from datetime import timedelta
from typing import BinaryIO, Final

from anyio import get_cancelled_exc_class, to_thread

from common.db import after_commit
from common.objects import ObjectMissingError
from contracts.ingest import ClipAvailable, ClipProbed, ClipUnavailable
from ingest.adapters.probe_process import ProbeProcess
from ingest.domain.clip import Clip
from ingest.domain.derivative import wanted_of
from ingest.domain.facts import Facts
from ingest.operations.context import Context
from ingest.store import derivatives, probing

SLICE_S: Final = 2
"""How long the loop waits for a probe before it beats again; a long film takes several."""
RETRY: Final = timedelta(hours=1)
"""When a clip that is unavailable is tried again: its store may be back by then."""
TRIES_MAX: Final = 4
"""How often in a row opening fails before a clip is unavailable, where its bytes may be there."""
PAUSE: Final = timedelta(seconds=30)
"""Between these tries: a store that restarts, or a network that hiccups, is no alarm."""
OURS: Final = (errno.EMFILE, errno.ENFILE)
"""Too many files are open: this process is in trouble, and nothing is said about the clip."""

logger = logging.getLogger(__name__)


class Prober:
    """The loop that has clips probed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._running: tuple[Clip, ProbeProcess] | None = None

    async def step(self, wait_s: float = 0) -> int:
        """Start a probe or wait for the one that runs; 0 when no clip waits for one."""
        try:
            return await self._step(wait_s)
        except get_cancelled_exc_class():  # the service stops, and begins anew with this clip
            if self._running:
                self._running[1].close()
            raise

    async def _step(self, wait_s: float) -> int:
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
        if clip and self._take(clip) and (film := open_film(self._ctx, clip)):
            with film:
                self._running = clip, ProbeProcess(film)
        return clip is not None

    def _next(self) -> Clip | None:
        with self._ctx.db.snapshot() as session:
            replica, now = self._ctx.settings.replica, self._ctx.clock.now()
            return probing.next_unprobed(session, replica, now)

    def _take(self, clip: Clip) -> bool:
        with self._ctx.db.transaction() as session:
            replica, now = self._ctx.settings.replica, self._ctx.clock.now()
            return probing.take_clip(session, clip.clip_id, replica, now)


def open_film(ctx: Context, clip: Clip) -> BinaryIO | None:
    """A kept clip's bytes; None if they cannot be had now.

    Lost bytes are announced at once, and a store that fails after a few tries; that they can be had
    again is announced as well. Never taken for a film that cannot be read: of those the bytes are
    there.

    Raises:
        OSError: this process cannot open any file more, whosever they are.
    """
    try:
        film = ctx.objects.open(clip.sha256)
    except (ObjectMissingError, OSError) as error:
        if isinstance(error, OSError) and error.errno in OURS:
            raise
        logger.exception("kept clip cannot be opened", extra={"clip_id": str(clip.clip_id)})
        _note_failure(ctx, clip, is_lost=isinstance(error, ObjectMissingError))
        return None
    _note_opened(ctx, clip)
    return film


def _note_failure(ctx: Context, clip: Clip, *, is_lost: bool) -> None:
    now = ctx.clock.now()
    unavailable = ClipUnavailable(
        agency_id=clip.agency_id, clip_id=clip.clip_id, sha256=clip.sha256
    )
    with ctx.db.transaction() as session:
        tries = probing.count_try(session, clip.clip_id)
        if not is_lost and tries < TRIES_MAX:
            probing.set_due(session, clip.clip_id, now + PAUSE)
            return
        probing.set_due(session, clip.clip_id, now + RETRY)
        if probing.set_unavailable(session, clip.clip_id, now):
            ctx.outbox.emit(session, unavailable)


def _note_opened(ctx: Context, clip: Clip) -> None:
    available = ClipAvailable(agency_id=clip.agency_id, clip_id=clip.clip_id, sha256=clip.sha256)
    with ctx.db.transaction() as session:
        if probing.set_opened(session, clip.clip_id):
            ctx.outbox.emit(session, available)


def record_facts(ctx: Context, clip: Clip, facts: Facts) -> None:
    """Keep what a probe read, announce it, and order what is to be made of the clip."""
    probed = ClipProbed(agency_id=clip.agency_id, clip_id=clip.clip_id, **facts.model_dump())
    with ctx.db.transaction() as session:
        probing.add_facts(session, clip.clip_id, facts)
        derivatives.add_wanted(session, clip.clip_id, wanted_of(facts))
        after_commit(session, ctx.underived.set)
        ctx.outbox.emit(session, probed)
