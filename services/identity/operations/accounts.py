"""Accounts: opened and disabled by administrators, and the very first one."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.fence import acting_for_all, anywhere
from common.service import RefusedError
from contracts.identity import AccountDisabled, AccountOpened, Role
from identity import domain, store
from identity.domain import Account, Agency
from identity.errors import (
    AccountUnknownError,
    AlreadySetUpError,
    IdTakenError,
    OwnAccountError,
    PasswordWeakError,
    RolesWrongError,
    SetupCodeWrongError,
    SupervisorReservedError,
    UnitUnknownError,
    UsernameTakenError,
)
from identity.operations.context import Context, administering
from identity.operations.strangers import record_refusal
from identity.operations.tree import registered


def prepare_setup(ctx: Context) -> None:
    """Have a set-up code while there is nobody, and none afterwards."""
    with acting_for_all(), ctx.db.snapshot() as session:
        is_set_up = store.has_accounts(session)
    if is_set_up:
        ctx.setup_code.discard()  # a crash may have left it behind
    else:
        ctx.setup_code.prepare()


def set_up(
    ctx: Context, setup_code: str, agency: Agency, username: str, name: str, password: str
) -> Account:
    """Make the topmost agency and its administrator, once in an installation's life.

    Raises:
        AlreadySetUpError: somebody has an account.
        SetupCodeWrongError: the code is not the one in the installation's files.
        PasswordWeakError: the password is too weak.
        BusyError: too many passwords are being checked.
    """
    with acting_for_all(), ctx.db.snapshot() as session:
        if store.has_accounts(session):
            raise AlreadySetUpError
    if not ctx.setup_code.fits(setup_code):
        with ctx.db.transaction() as session:
            record_refusal(ctx, session, None, "setup_code")
        raise SetupCodeWrongError
    administrator = Account(
        account_id=ctx.ids.new(),
        agency_id=agency.agency_id,
        unit_id=None,
        username=domain.normal_username(username),
        name=name,
        cert_no=None,
        roles=frozenset({Role.ADMINISTRATOR}),
        bound_to=frozenset(),
    )
    hashed = _hash(ctx, administrator, password)
    with acting_for_all(), ctx.db.transaction() as session:
        if store.has_accounts(session):
            raise AlreadySetUpError
        store.add_agency(session, agency)
        ctx.outbox.emit(session, registered(agency))
        _add(ctx, session, administrator, hashed, opened_by=administrator.account_id)
    ctx.setup_code.discard()
    return administrator


def open_account(ctx: Context, who: Requester, account: Account, password: str) -> Account:
    """Let a person sign in. Safe to repeat, with the same password.

    Raises:
        AgencyUnknownError: `who` does not administer the account's agency.
        UnitUnknownError: the agency has no such unit.
        PasswordWeakError, RolesWrongError: the account cannot be like this.
        SupervisorReservedError: only the topmost agency opens a supervisor's account.
        UsernameTakenError: somebody else has the user name.
        IdTakenError: the id belongs to another account, or to this one in another form.
        BusyError: too many passwords are being checked.
    """
    account = replace(account, username=domain.normal_username(account.username))
    if not domain.may_hold(account.roles, account.bound_to):
        raise RolesWrongError
    with (
        ctx.recording(who),
        ctx.db.snapshot() as session,
        administering(session, who, account.agency_id),
    ):
        known = _find_same(session, account)
        hashed = store.find_password_hash(session, account.account_id)
    if known and not ctx.passwords.fits(password, hashed):
        raise ctx.refuse(who, IdTakenError(), account.account_id)
    if known:
        return known
    hashed = _hash(ctx, account, password)
    with (
        ctx.recording(who),
        ctx.db.transaction() as session,
        administering(session, who, account.agency_id),
    ):
        known = _find_same(session, account)
        if known is None:
            _check_place(session, account)
            _check_watch(session, who, account)
            _add(ctx, session, account, hashed, opened_by=who.subject)
    return known or account


def disable_account(ctx: Context, who: Requester, account_id: UUID) -> None:
    """Close an account for good and end its sessions. Safe to repeat.

    Its last access token stays good elsewhere for `LIFETIME` of adapters/keys.py at most.

    Raises:
        AccountUnknownError: there is none, or `who` does not administer its agency.
        OwnAccountError: it is `who`'s own.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        account = anywhere(session, store.find_account, account_id)
        if account is None:
            raise RefusedError(AccountUnknownError(), account_id)
        hidden = RefusedError(AccountUnknownError(), account_id, account.agency_id)
        with administering(session, who, account.agency_id, hidden):
            if account_id == who.subject:
                raise RefusedError(OwnAccountError(), account_id)
            if account.disabled_at is None:
                store.disable(session, account_id, ctx.clock.now())
                event = AccountDisabled(
                    agency_id=account.agency_id, account_id=account_id, disabled_by=who.subject
                )
                ctx.outbox.emit(session, event)


def list_accounts(
    ctx: Context, who: Requester, agency_id: UUID, after: UUID | None, limit: int
) -> Sequence[Account]:
    """The accounts of one agency, by id.

    Raises:
        AgencyUnknownError: `who` administers no such agency.
    """
    with (
        ctx.recording(who),
        ctx.db.snapshot() as session,
        administering(session, who, agency_id),
    ):
        return store.list_accounts(session, agency_id, after, limit)


def name_colleagues(ctx: Context, who: Requester, account_ids: Sequence[UUID]) -> Sequence[Account]:
    """The staff of `who`'s own agency that have these ids; of all others nothing is said.

    Closed accounts too: what somebody filmed keeps its author. Parties and lawyers are no staff.
    """
    with ctx.db.snapshot() as session:
        found = store.accounts_of(session, who.agency_id, account_ids)
    return [account for account in found if account.roles.isdisjoint(domain.OUTSIDERS)]


def find_own(ctx: Context, who: Requester) -> Account:
    """`who`'s own account.

    Raises:
        AccountUnknownError: the token is not about an account kept here.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        account = store.find_account(session, who.subject)
        if account is None:
            raise RefusedError(AccountUnknownError(), who.subject)
        return account


def _hash(ctx: Context, account: Account, password: str) -> str:
    """Hash outside any transaction: it takes long, and SQLite has one writer."""
    if domain.is_password_weak(password, account.username):
        raise PasswordWeakError
    return ctx.passwords.hash(password)


def _check_place(session: Session, account: Account) -> None:
    if account.unit_id is not None:
        unit = anywhere(session, store.find_unit, account.unit_id)
        if unit is None or unit.agency_id != account.agency_id:
            raise RefusedError(UnitUnknownError(), account.unit_id, unit and unit.agency_id)
    if anywhere(session, store.find_login, account.username) is not None:
        raise UsernameTakenError


def _check_watch(session: Session, who: Requester, account: Account) -> None:
    """A supervisor sees beyond one agency, so no agency may make one for itself."""
    own = store.find_agency(session, who.agency_id)
    if Role.SUPERVISOR in account.roles and (own is None or own.parent_id is not None):
        raise RefusedError(SupervisorReservedError(), account.account_id)


def _find_same(session: Session, account: Account) -> Account | None:
    """The account of this id, unless it is another one."""
    known = anywhere(session, store.find_account, account.account_id)
    if known is not None and replace(known, disabled_at=None) != account:
        raise RefusedError(IdTakenError(), account.account_id, known.agency_id)
    return known


def _add(ctx: Context, session: Session, account: Account, hashed: str, *, opened_by: UUID) -> None:
    store.add_account(session, account, hashed)
    event = AccountOpened(
        agency_id=account.agency_id,
        account_id=account.account_id,
        unit_id=account.unit_id,
        roles=tuple(sorted(account.roles)),
        opened_by=opened_by,
    )
    ctx.outbox.emit(session, event)
