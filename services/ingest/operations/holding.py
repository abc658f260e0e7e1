"""The store of objects is told of holds: of those of cases, for the clips that serve them.

A hold forbids that an object is removed, whatever its lock; its end leaves the lock as it is. What
once served a case is bound by its holds for ever, as in retention: taking it out frees it of none.
"""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session

from common.db import after_commit
from common.objects import StoreAwayError
from contracts.catalog import ClipLinked
from contracts.ingest import ClipHeld, ClipReleased
from contracts.retention import HoldPlaced, HoldReleased
from ingest.domain.clip import Original
from ingest.operations.context import Context
from ingest.operations.rounds import Rounds
from ingest.store import holds

logger = logging.getLogger(__name__)


def hold_placed(ctx: Context, session: Session, event: HoldPlaced) -> None:
    """Hold every clip of the case. The store follows later: no network within a transaction."""
    holds.remember_hold(session, event.hold_id, event.agency_id, event.case_id, is_released=False)
    _weigh(ctx, session, holds.clips_of(session, event.case_id))


def hold_released(ctx: Context, session: Session, event: HoldReleased) -> None:
    """End a hold; a clip on which another stands stays held."""
    holds.remember_hold(session, event.hold_id, event.agency_id, event.case_id, is_released=True)
    _weigh(ctx, session, holds.clips_of(session, event.case_id))


def clip_linked(ctx: Context, session: Session, event: ClipLinked) -> None:
    """A clip serves a case, which may be held already. It need not be kept yet."""
    holds.remember_link(session, event.clip_id, event.case_id, event.agency_id)
    _weigh(ctx, session, [event.clip_id])


def _weigh(ctx: Context, session: Session, clip_ids: Sequence[UUID]) -> None:
    for clip_id in clip_ids:
        holds.weigh(session, clip_id)
    after_commit(session, ctx.reheld.set)


class Holder:
    """The loop that applies the holds on record to the store, and their ends."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.step = Rounds(ctx, ctx.reheld, self._unapplied, self._apply).step

    def _unapplied(self, session: Session, after: UUID, limit: int) -> Sequence[Original]:
        replica, now = self._ctx.settings.replica, self._ctx.clock.now()
        return holds.unapplied_holds(session, after, limit, replica, now)

    def _apply(self, original: Original) -> bool:
        try:
            return apply_hold(self._ctx, original)
        except StoreAwayError:
            raise
        except Exception:
            logger.exception("hold cannot be applied", extra={"sha256": original.sha256})
            return False


def apply_hold(ctx: Context, original: Original) -> bool:
    """Tell the store, then record that it knows; say whether anything was done. Safe to repeat.

    The clip stays on record as not told until the end: whatever a killed process told the store is
    told anew. One replica tells it of a clip at a time, so that an old word never comes last.
    """
    with ctx.db.transaction() as session:
        now = ctx.clock.now()
        if not holds.take_hold(session, original.clip_id, ctx.settings.replica, now):
            return False
        is_held = holds.is_any_held(session, original)
    tell = ctx.objects.hold if is_held else ctx.objects.release
    tell(original.sha256, original.version)
    with ctx.db.transaction() as session:
        holds.give_up(session, original.clip_id)
        if holds.is_any_held(session, original) == is_held:
            _settle(ctx, session, original)
    return True


def _settle(ctx: Context, session: Session, original: Original) -> None:
    held = holds.find_held(session, original.clip_id)
    holds.settle(session, original.clip_id, ctx.clock.now())
    if held.is_news:
        event = ClipHeld if held.is_held else ClipReleased
        ids = {"agency_id": original.agency_id, "clip_id": original.clip_id}
        ctx.outbox.emit(session, event(**ids, sha256=original.sha256))
