"""Queries about the accounts and units that identity has told of."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, update

from catalog.domain import Account
from catalog.tables import KnownAccountRow, KnownUnitRow
from contracts.identity import Role


def remember_account(session: Session, account: Account) -> None:
    """Keep what is said of an account. Once closed it stays closed, told twice or not."""
    known = session.get(KnownAccountRow, account.account_id)
    session.merge(
        KnownAccountRow(
            account_id=account.account_id,
            agency_id=account.agency_id,
            unit_id=account.unit_id,
            roles=sorted(account.roles),
            closed_at=known and known.closed_at,
        )
    )


def close_account(session: Session, account_id: UUID, at: datetime) -> None:
    """Keep when an account was closed, as first told."""
    row = col(KnownAccountRow.account_id) == account_id
    is_open = col(KnownAccountRow.closed_at).is_(None)
    session.exec(update(KnownAccountRow).where(row, is_open).values(closed_at=at))


def find_account(session: Session, account_id: UUID) -> Account | None:
    row = session.get(KnownAccountRow, account_id)
    return row and Account(
        row.account_id, row.agency_id, row.unit_id, frozenset(map(Role, row.roles)), row.closed_at
    )


def remember_unit(session: Session, unit_id: UUID, agency_id: UUID) -> None:
    session.merge(KnownUnitRow(unit_id=unit_id, agency_id=agency_id))


def find_agency_of_unit(session: Session, unit_id: UUID) -> UUID | None:
    """Whose unit it is; None for one never heard of."""
    row = session.get(KnownUnitRow, unit_id)
    return row and row.agency_id
