"""Every query about what probes read, and what waits for one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, delete, select

from ingest.domain.clip import Clip
from ingest.domain.facts import Facts
from ingest.store.clips import find_clip
from ingest.store.taking import is_free, take
from ingest.tables import FactsRow, UnprobedRow


def add_unprobed(session: Session, clip_id: UUID) -> None:
    session.add(UnprobedRow(clip_id=clip_id))


def is_unprobed(session: Session, clip_id: UUID) -> bool:
    """Whether a clip waits for its probe already."""
    return session.get(UnprobedRow, clip_id) is not None


def next_unprobed(session: Session, replica: int, now: datetime) -> Clip | None:
    """A clip that waits for its probe; one that could not be opened only when it is due again."""
    due_at = col(UnprobedRow.due_at)
    waiting = select(UnprobedRow).where(
        or_(due_at.is_(None), due_at <= now), is_free(UnprobedRow, replica, now)
    )
    # Those that failed come last: a store that is away holds up no clip that can be opened.
    waiting = waiting.order_by(col(UnprobedRow.tries), col(UnprobedRow.clip_id)).limit(1)
    row = session.exec(waiting).first()
    return row and find_clip(session, row.clip_id)


def take_clip(session: Session, clip_id: UUID, replica: int, now: datetime) -> bool:
    """Have this replica read a clip; False if another was faster."""
    return take(session, UnprobedRow, col(UnprobedRow.clip_id) == clip_id, replica, now)


def count_try(session: Session, clip_id: UUID) -> int:
    """Count one more time that a clip's bytes could not be opened, and say how many in a row."""
    row = session.get_one(UnprobedRow, clip_id)
    row.tries += 1
    return row.tries


def set_due(session: Session, clip_id: UUID, due_at: datetime) -> None:
    session.get_one(UnprobedRow, clip_id).due_at = due_at


def set_unavailable(session: Session, clip_id: UUID, now: datetime) -> bool:
    """Keep that a clip is announced as unavailable; False if it is already."""
    row = session.get_one(UnprobedRow, clip_id)
    if row.unavailable_at is not None:
        return False
    row.unavailable_at = now
    return True


def set_opened(session: Session, clip_id: UUID) -> bool:
    """Keep that a clip could be opened, and say whether it was announced as unavailable."""
    row = session.get_one(UnprobedRow, clip_id)
    was_unavailable = row.unavailable_at is not None
    row.unavailable_at, row.due_at, row.tries = None, None, 0
    return was_unavailable


def add_facts(session: Session, clip_id: UUID, facts: Facts) -> None:
    session.add(FactsRow(clip_id=clip_id, **facts.model_dump()))
    session.exec(delete(UnprobedRow).where(col(UnprobedRow.clip_id) == clip_id))
