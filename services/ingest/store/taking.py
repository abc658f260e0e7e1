"""Which replica is at what is to be read: each clip is read by one at a time (ADR 0023)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, update

from ingest.tables import ClipHoldRow, UnderivedRow, UnprobedRow

TAKEN_FOR: Final = timedelta(hours=2)
"""Longer than a limited process may live. A replica that died with a clip in hand goes on with it
when it is back; if it does not come back, another does after this."""

Taken = type[UnprobedRow] | type[UnderivedRow] | type[ClipHoldRow]


def is_free(rows: Taken, replica: int, now: datetime) -> ColumnElement[bool]:
    """Whether nobody is at it, or this replica itself, or one that must be dead."""
    taken_by = col(rows.taken_by)
    return or_(taken_by.is_(None), taken_by == replica, col(rows.taken_until) <= now)


def take(
    session: Session, rows: Taken, which: ColumnElement[bool], replica: int, now: datetime
) -> bool:
    """Have this replica do it; False if another was faster, or it is done."""
    taken = session.exec(
        update(rows)
        .where(which, is_free(rows, replica, now))
        .values(taken_by=replica, taken_until=now + TAKEN_FOR)
    )
    return taken.rowcount == 1
