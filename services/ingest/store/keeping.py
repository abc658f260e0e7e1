"""Every query about films that are not kept yet."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from ingest.domain.keeping import Doubt, pause_after
from ingest.domain.upload import UploadState
from ingest.store.uploads import lies_at
from ingest.tables import DoubtRow, UploadRow


def due(session: Session, replica: int, now: datetime) -> Sequence[str]:
    """Uploads of a replica whose every byte arrived and which are not yet kept, in no order.

    One whose bytes could not be proved in the store only when it is due again.
    """
    due_at = col(DoubtRow.due_at)
    query = (
        select(UploadRow.upload_id)
        .outerjoin(DoubtRow, col(DoubtRow.upload_id) == col(UploadRow.upload_id))
        .where(
            UploadRow.state == UploadState.RECEIVED,
            lies_at(replica),
            or_(due_at.is_(None), due_at <= now),
        )
    )
    return session.exec(query).all()


def is_due(session: Session, upload_id: str, now: datetime) -> bool:
    row = session.get(DoubtRow, upload_id)
    return row is None or row.due_at <= now


def add_doubt(session: Session, upload_id: str, doubt: Doubt, now: datetime) -> bool:
    """Keep that a film could not be proved once more; say whether that is news."""
    row = session.get(DoubtRow, upload_id)
    is_news = row is None or row.doubt != doubt
    tries = row.tries + 1 if row else 1
    due_at = now + pause_after(tries)
    session.merge(DoubtRow(upload_id=upload_id, doubt=doubt, tries=tries, due_at=due_at))
    return is_news


def settle(session: Session, upload_id: str) -> bool:
    """Forget the doubts of a film that is kept now; say whether there were any."""
    row = session.get(DoubtRow, upload_id)
    if row:
        session.delete(row)
    return row is not None
