"""Every query about holds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, true
from sqlmodel import Session, col, not_, select

from ingest.domain.clip import Original
from ingest.domain.holding import Held
from ingest.store.taking import is_free, take
from ingest.tables import CaseClipRow, CaseHoldRow, ClipHoldRow, ClipRow


def remember_hold(
    session: Session, hold_id: UUID, agency_id: UUID, case_id: UUID, *, is_released: bool
) -> None:
    """Keep a hold, or its end, which is for ever."""
    row = session.get(CaseHoldRow, hold_id)
    if row is None:
        row = CaseHoldRow(
            hold_id=hold_id, agency_id=agency_id, case_id=case_id, is_released=is_released
        )
        session.add(row)
    row.is_released = row.is_released or is_released


def remember_link(session: Session, clip_id: UUID, case_id: UUID, agency_id: UUID) -> None:
    if session.get(CaseClipRow, (clip_id, case_id)) is None:
        session.add(CaseClipRow(clip_id=clip_id, case_id=case_id, agency_id=agency_id))


def clips_of(session: Session, case_id: UUID) -> Sequence[UUID]:
    """The clips that serve a case or did once."""
    return session.exec(select(CaseClipRow.clip_id).where(CaseClipRow.case_id == case_id)).all()


def weigh(session: Session, clip_id: UUID) -> None:
    """Record anew whether a clip is held; what is new to the store, it is yet to be told."""
    standing = (
        select(CaseHoldRow.hold_id)
        .join(CaseClipRow, col(CaseClipRow.case_id) == col(CaseHoldRow.case_id))
        .where(CaseClipRow.clip_id == clip_id, not_(col(CaseHoldRow.is_released)))
        .limit(1)
    )
    is_held = session.exec(standing).first() is not None
    row = session.get(ClipHoldRow, clip_id)
    if row is None and is_held:
        session.add(ClipHoldRow(clip_id=clip_id, is_held=True, is_applied=False))
    elif row is not None and row.is_held != is_held:
        row.is_held, row.is_applied = is_held, False


def find_held(session: Session, clip_id: UUID) -> Held:
    row = session.get(ClipHoldRow, clip_id)
    return Held(row.is_held, row.held_since) if row else Held()


def unapplied_holds(
    session: Session, after: UUID, limit: int, replica: int, now: datetime
) -> Sequence[Original]:
    """Kept clips, by id from the one after `after`, of which the store is yet to be told."""
    rows = session.exec(
        select(ClipRow)
        .join(ClipHoldRow, col(ClipHoldRow.clip_id) == col(ClipRow.clip_id))
        .where(
            not_(col(ClipHoldRow.is_applied)),
            col(ClipHoldRow.clip_id) > after,
            is_free(ClipHoldRow, replica, now),
        )
        .order_by(col(ClipHoldRow.clip_id))
        .limit(limit)
    )
    return [Original(row.agency_id, row.clip_id, row.sha256, row.object_version) for row in rows]


def take_hold(session: Session, clip_id: UUID, replica: int, now: datetime) -> bool:
    """Have this replica tell the store of a clip; False if another was faster."""
    return take(session, ClipHoldRow, col(ClipHoldRow.clip_id) == clip_id, replica, now)


def is_any_held(session: Session, original: Original) -> bool:
    """Whether a clip is held whose bytes these are: clips of the same bytes share an object."""
    query = (
        select(ClipHoldRow.clip_id)
        .join(ClipRow, col(ClipRow.clip_id) == col(ClipHoldRow.clip_id))
        .where(
            col(ClipHoldRow.is_held),
            col(ClipRow.sha256) == original.sha256,
            _may_be(original.version),
        )
        .limit(1)
    )
    return session.exec(query).first() is not None


def settle(session: Session, clip_id: UUID, now: datetime) -> None:
    """Record that the store, asked, knows whether a clip is held."""
    row = session.get_one(ClipHoldRow, clip_id)
    row.held_since = (row.held_since or now) if row.is_held else None
    row.is_applied = True


def give_up(session: Session, clip_id: UUID) -> None:
    """Let any replica tell the store of a clip."""
    row = session.get_one(ClipHoldRow, clip_id)
    row.taken_by, row.taken_until = None, None


def _may_be(version: str | None) -> ColumnElement[bool]:
    """Of early clips it was not written down: they may be any, and to hold too much is safe."""
    known = col(ClipRow.object_version)
    return true() if version is None else or_(known.is_(None), known == version)
