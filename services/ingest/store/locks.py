"""Every query about locks."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, not_, select

from ingest.domain.clip import Lock, LockedClip
from ingest.tables import ClipRow, LockRow


def find_lock(session: Session, clip_id: UUID) -> Lock:
    row = session.get(LockRow, clip_id)
    return Lock(row.until, row.for_ever) if row else Lock()


def set_lock(session: Session, clip_id: UUID, lock: Lock) -> None:
    """Record a lock that the store of objects is yet to be told of."""
    session.merge(
        LockRow(clip_id=clip_id, until=lock.until, for_ever=lock.for_ever, is_applied=False)
    )


def unapplied_locks(session: Session, after: UUID, limit: int) -> Sequence[LockedClip]:
    """Kept clips, by id from the one after `after`, whose lock the store does not have yet."""
    rows = session.exec(
        select(LockRow, ClipRow.sha256, ClipRow.object_version)
        .join(ClipRow, col(ClipRow.clip_id) == col(LockRow.clip_id))
        .where(not_(col(LockRow.is_applied)), col(LockRow.clip_id) > after)
        .order_by(col(LockRow.clip_id))
        .limit(limit)
    )
    return [
        LockedClip(row.clip_id, sha256, version, Lock(row.until, row.for_ever))
        for row, sha256, version in rows
    ]


def set_applied(session: Session, clip_id: UUID, lock: Lock) -> None:
    """Record that the store has this lock, unless it was extended in the meantime."""
    if find_lock(session, clip_id) == lock:
        session.get_one(LockRow, clip_id).is_applied = True
