"""Stills and previews are made of probed clips, one at a time, by a limited process."""

import logging
from datetime import timedelta
from typing import Final

from anyio import get_cancelled_exc_class, to_thread

from common.objects import ObjectDamagedError, ObjectMissingError, StoreAwayError
from contracts.ingest import DerivativeMade
from ingest.adapters.derive_process import MAKER, DeriveProcess
from ingest.domain.derivative import Derivative, Order
from ingest.operations.context import Context
from ingest.store import derivatives

SLICE_S: Final = 2
"""How long the loop waits for a process before it beats again; a preview takes many."""
TRIES_MAX: Final = 3
"""How often a process fails before it is on record that this one cannot be made."""
PAUSE: Final = timedelta(minutes=10)
"""Between these tries: what failed for want of memory may find some later."""
RETRY: Final = timedelta(hours=1)
"""When a film that could not be opened is tried again; this is not counted, the film may be sound.
"""

logger = logging.getLogger(__name__)


class Deriver:
    """The loop that has derivatives made."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._running: tuple[Order, DeriveProcess] | None = None

    async def step(self, wait_s: float = 0) -> int:
        """Start to make one or wait for the one that is being made; 0 when none is to be made.

        Raises:
            StoreAwayError: the film cannot be had now; nothing is counted against it.
        """
        try:
            return await self._step(wait_s)
        except get_cancelled_exc_class():  # the service stops, and begins anew with this one
            if self._running:
                self._running[1].close()
            raise

    async def _step(self, wait_s: float) -> int:
        if self._running is None and not await to_thread.run_sync(self._start_next):
            await self._ctx.underived.pause(wait_s)
            return 0
        if self._running is None:
            return 1
        order, process = self._running
        is_made = await to_thread.run_sync(process.wait, SLICE_S)
        if is_made is not None:
            try:
                await to_thread.run_sync(self._end, order, process, is_made)
            finally:
                process.close()
                self._running = None
        return 1

    def _start_next(self) -> bool:
        """Start on the next one, if its film can be opened; say whether there was one."""
        with self._ctx.db.snapshot() as session:
            replica, now = self._ctx.settings.replica, self._ctx.clock.now()
            order = derivatives.next_order(session, replica, now)
        if order is None:
            return False
        with self._ctx.db.transaction() as session:
            if not derivatives.take_order(session, order, replica, now):
                return True
        try:
            film = self._ctx.objects.open(order.parent_sha256)
        except StoreAwayError:
            raise
        except (ObjectMissingError, ObjectDamagedError, OSError):
            logger.exception("no derivative", extra={"clip_id": str(order.clip_id)})
            _try_later(self._ctx, order)
            return True
        with film:
            self._running = order, DeriveProcess(film, order.wanted.recipe)
        return True

    def _end(self, order: Order, process: DeriveProcess, is_made: bool) -> None:  # noqa: FBT001 - of a thread
        if is_made:
            keep(self._ctx, order, process)
        else:
            _note_failure(self._ctx, order)


def keep(ctx: Context, order: Order, process: DeriveProcess) -> None:
    """Keep what was made under its own digest, then record and announce it.

    Object first, as with originals. Safe to repeat.
    """
    with ctx.derivatives.begin() as part:
        for piece in process.pieces():
            part.write(piece)
        part.keep()
        made = Derivative(
            kind=order.wanted.kind,
            recipe=order.wanted.recipe,
            maker=MAKER,
            parent_sha256=order.parent_sha256,
            sha256=part.sha256,
            size_bytes=part.size_bytes,
            made_at=ctx.clock.now(),
        )
    announced = DerivativeMade(
        agency_id=order.agency_id,
        clip_id=order.clip_id,
        parent_sha256=made.parent_sha256,
        sha256=made.sha256,
        kind=made.kind,
        recipe=made.recipe,
    )
    with ctx.db.transaction() as session:
        derivatives.add_derivative(session, order, made)
        ctx.outbox.emit(session, announced)


def _try_later(ctx: Context, order: Order) -> None:
    with ctx.db.transaction() as session:
        derivatives.set_due(session, order, ctx.clock.now() + RETRY)


def _note_failure(ctx: Context, order: Order) -> None:
    with ctx.db.transaction() as session:
        if derivatives.count_try(session, order) < TRIES_MAX:
            derivatives.set_due(session, order, ctx.clock.now() + PAUSE)
        else:
            derivatives.give_up(session, order)
