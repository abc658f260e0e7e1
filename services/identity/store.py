"""Every query of identity. Takes and returns domain values; rows do not leave this file."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, delete, select, update

from contracts.identity import Level, Role
from identity.domain import FAILURES_KEPT, Account, Agency, Family, Lock, Login, RefreshToken, Unit
from identity.tables import (
    AccountRow,
    AgencyRow,
    RefreshTokenRow,
    SessionRow,
    SignInFailureRow,
    UnitRow,
)


def add_agency(session: Session, agency: Agency) -> None:
    session.add(AgencyRow(**vars(agency)))


def find_agency(session: Session, agency_id: UUID) -> Agency | None:
    row = session.get(AgencyRow, agency_id)
    return row and _agency(row)


def list_agencies(session: Session, top: str, after: UUID | None, limit: int) -> Sequence[Agency]:
    """Agencies at or below the path `top`, by id."""
    query = (
        select(AgencyRow)
        .where(col(AgencyRow.path).startswith(top, autoescape=True))
        .order_by(col(AgencyRow.agency_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(AgencyRow.agency_id > after)
    return [_agency(row) for row in session.exec(query)]


def add_unit(session: Session, unit: Unit) -> None:
    session.add(UnitRow(**vars(unit)))


def find_unit(session: Session, unit_id: UUID) -> Unit | None:
    row = session.get(UnitRow, unit_id)
    return row and Unit(row.unit_id, row.agency_id, row.name)


def add_account(session: Session, account: Account, password_hash: str) -> None:
    session.add(
        AccountRow(
            account_id=account.account_id,
            agency_id=account.agency_id,
            unit_id=account.unit_id,
            username=account.username,
            password_hash=password_hash,
            name=account.name,
            cert_no=account.cert_no,
            roles=sorted(account.roles),
            bound_to=sorted(map(str, account.bound_to)),
        )
    )


def has_accounts(session: Session) -> bool:
    return session.exec(select(AccountRow.account_id).limit(1)).first() is not None


def find_account(session: Session, account_id: UUID) -> Account | None:
    row = session.get(AccountRow, account_id)
    return row and _account(row)


def find_password_hash(session: Session, account_id: UUID) -> str | None:
    query = select(AccountRow.password_hash).where(AccountRow.account_id == account_id)
    return session.exec(query).first()


def find_login(session: Session, username: str) -> Login | None:
    row = session.exec(select(AccountRow).where(AccountRow.username == username)).first()
    return row and _login(row)


def hold_login(session: Session, account_id: UUID, place: str) -> Login | None:
    """The login as it is now; nobody else changes it before this transaction ends."""
    row = session.get(AccountRow, account_id, with_for_update=True)
    here = session.get(SignInFailureRow, (account_id, place))
    lock_here = Lock(here.failures, here.locked_until) if here else Lock()
    return row and replace(_login(row), lock_here=lock_here)


def list_accounts(
    session: Session, agency_id: UUID, after: UUID | None, limit: int
) -> Sequence[Account]:
    """The accounts of one agency, by id."""
    query = (
        select(AccountRow)
        .where(AccountRow.agency_id == agency_id)
        .order_by(col(AccountRow.account_id))
        .limit(limit)
    )
    if after is not None:
        query = query.where(AccountRow.account_id > after)
    return [_account(row) for row in session.exec(query)]


def accounts_of(
    session: Session, agency_id: UUID, account_ids: Sequence[UUID]
) -> Sequence[Account]:
    """Those of these accounts that are of the agency, by id."""
    query = select(AccountRow).where(
        AccountRow.agency_id == agency_id, col(AccountRow.account_id).in_(account_ids)
    )
    return [_account(row) for row in session.exec(query.order_by(col(AccountRow.account_id)))]


def set_lock(session: Session, account_id: UUID, lock: Lock) -> None:
    session.exec(
        update(AccountRow)
        .where(col(AccountRow.account_id) == account_id)
        .values(failures=lock.failures, locked_until=lock.until)
    )


def set_lock_here(
    session: Session, account_id: UUID, place: str, lock: Lock, now: datetime
) -> None:
    """Keep one place's failures, and forget those of any account that are too long ago."""
    # The old ones first: who waits for them holds no row yet that another one could wait for.
    old = col(SignInFailureRow.failed_at) < now - FAILURES_KEPT
    session.exec(delete(SignInFailureRow).where(old))
    of_account = col(SignInFailureRow.account_id) == account_id
    here = col(SignInFailureRow.place) == place
    session.exec(delete(SignInFailureRow).where(of_account, here))
    if lock != Lock():
        session.add(
            SignInFailureRow(
                account_id=account_id,
                place=place,
                failures=lock.failures,
                locked_until=lock.until,
                failed_at=now,
            )
        )


def disable(session: Session, account_id: UUID, now: datetime) -> None:
    """Close an account and every session of it."""
    session.exec(
        update(AccountRow).where(col(AccountRow.account_id) == account_id).values(disabled_at=now)
    )
    session.exec(
        update(SessionRow)
        .where(col(SessionRow.account_id) == account_id, col(SessionRow.ended_at).is_(None))
        .values(ended_at=now)
    )


def add_family(session: Session, family: Family) -> None:
    session.add(SessionRow(**vars(family)))


def find_family(session: Session, session_id: UUID) -> Family | None:
    row = session.get(SessionRow, session_id, with_for_update=True)
    return row and Family(row.session_id, row.account_id, row.expires_at, row.ended_at)


def end_family(session: Session, session_id: UUID, now: datetime) -> None:
    """End a session; the first end stays."""
    session.exec(
        update(SessionRow)
        .where(col(SessionRow.session_id) == session_id, col(SessionRow.ended_at).is_(None))
        .values(ended_at=now)
    )


def add_token(session: Session, token: RefreshToken) -> None:
    session.add(RefreshTokenRow(**vars(token)))


def find_token(session: Session, sha256: str) -> RefreshToken | None:
    row = session.get(RefreshTokenRow, sha256, with_for_update=True)
    return row and RefreshToken(row.sha256, row.session_id, row.used_at, row.replaced_by)


def save_token(session: Session, token: RefreshToken) -> None:
    """Keep what became of a token."""
    session.exec(
        update(RefreshTokenRow)
        .where(col(RefreshTokenRow.sha256) == token.sha256)
        .values(used_at=token.used_at, replaced_by=token.replaced_by)
    )


def _agency(row: AgencyRow) -> Agency:
    return Agency(row.agency_id, row.parent_id, row.name, Level(row.level), row.division, row.path)


def _account(row: AccountRow) -> Account:
    return Account(
        account_id=row.account_id,
        agency_id=row.agency_id,
        unit_id=row.unit_id,
        username=row.username,
        name=row.name,
        cert_no=row.cert_no,
        roles=frozenset(map(Role, row.roles)),
        bound_to=frozenset(map(UUID, row.bound_to)),
        disabled_at=row.disabled_at,
    )


def _login(row: AccountRow) -> Login:
    return Login(_account(row), row.password_hash, Lock(row.failures, row.locked_until))
