"""Every query about locks."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlmodel import Session, col, not_, select

from contracts.ingest import LockMode
from ingest.domain.clip import Lock, LockedClip, Original, Taken
from ingest.tables import ClipRow, LockRow


def find_lock(session: Session, clip_id: UUID) -> Lock:
    row = session.get(LockRow, clip_id)
    return Lock(row.until, row.for_ever) if row else Lock()


def set_lock(session: Session, clip_id: UUID, lock: Lock) -> None:
    """Record a lock that the store of objects is yet to be told of."""
    row = _row(session, clip_id)
    row.until, row.for_ever, row.is_applied = lock.until, lock.for_ever, False


def unapplied_locks(session: Session, after: UUID, limit: int) -> Sequence[LockedClip]:
    """Kept clips, by id from the one after `after`, whose lock the store does not have yet."""
    rows = session.exec(
        select(LockRow, ClipRow)
        .join(ClipRow, col(ClipRow.clip_id) == col(LockRow.clip_id))
        .where(not_(col(LockRow.is_applied)), col(LockRow.clip_id) > after)
        .order_by(col(LockRow.clip_id))
        .limit(limit)
    )
    return [LockedClip(_original(clip), Lock(row.until, row.for_ever)) for row, clip in rows]


def set_applied(session: Session, clip_id: UUID, lock: Lock) -> None:
    """Record that the store has this lock, unless it was extended in the meantime."""
    if find_lock(session, clip_id) == lock:
        session.get_one(LockRow, clip_id).is_applied = True


def find_taken(session: Session, clip_id: UUID) -> Taken | None:
    row = session.get(LockRow, clip_id)
    if row is None or row.taken_until is None or row.taken_at is None:
        return None
    mode = cast("LockMode", row.taken_mode)  # written by set_taken from this very type
    return Taken(row.taken_until, mode, row.taken_version, row.taken_at)


def set_taken(session: Session, clip_id: UUID, taken: Taken) -> None:
    """Record the lock that the store said it has."""
    row = _row(session, clip_id)
    row.taken_until, row.taken_mode = taken.until, taken.mode
    row.taken_version, row.taken_at = taken.version, taken.at


def _original(clip: ClipRow) -> Original:
    return Original(clip.agency_id, clip.clip_id, clip.sha256, clip.object_version)


def _row(session: Session, clip_id: UUID) -> LockRow:
    """The clip's row; a new one says that nothing is wanted yet, and so that all of it is done."""
    row = session.get(LockRow, clip_id)
    if row is None:
        row = LockRow(clip_id=clip_id, until=None, for_ever=False, is_applied=True)
        session.add(row)
    return row
