"""The store of objects is told how long each clip's bytes are locked."""

import logging

from sqlmodel import Session

from common.objects import Locked, StoreAwayError
from contracts.ingest import ClipLocked
from ingest.domain.clip import LockedClip, Original, Taken
from ingest.operations.context import Context
from ingest.operations.rounds import Rounds
from ingest.store import locks

logger = logging.getLogger(__name__)


class Locker:
    """The loop that applies the locks on record to the store."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self.step = Rounds(ctx, ctx.relocked, locks.unapplied_locks, self._apply).step

    def _apply(self, locked: LockedClip) -> bool:
        try:
            apply_lock(self._ctx, locked)
        except StoreAwayError:
            raise
        except Exception:
            logger.exception("lock cannot be applied", extra={"sha256": locked.original.sha256})
            return False
        return True


def apply_lock(ctx: Context, locked: LockedClip) -> None:
    """Tell the store, then record what it says it has. Safe to repeat, also after a kill between.

    Where nothing is wanted, or nothing any more, the store is only asked. It is the version that
    was proved that is locked, whatever else lies there under its name.
    """
    original, now = locked.original, ctx.clock.now()
    until = locked.lock.ends_at(now) or now
    has = ctx.objects.lock_until(original.sha256, until, original.version)
    with ctx.db.transaction() as session:
        locks.set_applied(session, original.clip_id, locked.lock)
        if has:
            note_lock(ctx, session, original, has)


def note_lock(ctx: Context, session: Session, original: Original, has: Locked) -> None:
    """Record the lock that the store, asked, has of a clip; announce it if it is another one."""
    known = locks.find_taken(session, original.clip_id)
    taken = Taken(has.until, has.mode, has.version, ctx.clock.now())
    locks.set_taken(session, original.clip_id, taken)
    if known is None or (known.until, known.mode) != (taken.until, taken.mode):
        locked = ClipLocked(
            agency_id=original.agency_id,
            clip_id=original.clip_id,
            sha256=original.sha256,
            until=taken.until,
            mode=taken.mode,
        )
        ctx.outbox.emit(session, locked)
