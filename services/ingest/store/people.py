"""Queries about the accounts that identity has told of."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from ingest.tables import ClosedAccountRow


def remember_closed(session: Session, account_id: UUID, agency_id: UUID, at: datetime) -> None:
    """Keep when an account was closed, as first told."""
    if not is_closed(session, account_id):
        row = ClosedAccountRow(account_id=account_id, agency_id=agency_id, closed_at=at)
        session.add(row)


def is_closed(session: Session, account_id: UUID) -> bool:
    return session.get(ClosedAccountRow, account_id) is not None
