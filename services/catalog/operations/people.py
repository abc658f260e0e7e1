"""Whom identity has told of, and whether a case may name them."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from catalog.domain import Account, Activity
from catalog.errors import NotAnOfficerError, OfficerUnknownError, UnitUnknownError
from catalog.operations.context import Context
from catalog.store import people
from common.fence import anywhere
from common.service import RefusedError
from contracts.identity import AccountDisabled, AccountOpened, UnitRegistered


def remember_account(_ctx: Context, session: Session, event: AccountOpened) -> None:
    """Activities may name this account from now on, if it is an officer's."""
    account = Account(event.account_id, event.agency_id, event.unit_id, frozenset(event.roles))
    people.remember_account(session, account)


def remember_disabled(
    _ctx: Context, session: Session, event: AccountDisabled, at: datetime
) -> None:
    """No act from then on may name this account; those before it may, also when told of later."""
    people.close_account(session, event.account_id, at)


def remember_unit(_ctx: Context, session: Session, event: UnitRegistered) -> None:
    """Cases may be this unit's from now on."""
    people.remember_unit(session, event.unit_id, event.agency_id)


def check_officers(session: Session, activity: Activity) -> None:
    """Whether each was an officer of the agency: whoever is named counts as having been there.

    Raises:
        RefusedError: one is unknown, another agency's (the two look the same), or no officer.
    """
    for place, officer_id in enumerate(activity.officers):
        account = anywhere(session, people.find_account, officer_id)
        if account is None or account.agency_id != activity.agency_id:
            owner_id = account and account.agency_id
            raise RefusedError(OfficerUnknownError(place), officer_id, owner_id)
        if not account.is_officer_at(activity):
            raise RefusedError(NotAnOfficerError(place), officer_id)


def check_unit(session: Session, agency_id: UUID, unit_id: UUID) -> None:
    """Whether the agency has such a unit.

    Raises:
        RefusedError: it has not, or has not told yet; another agency's looks the same.
    """
    owner_id = anywhere(session, people.find_agency_of_unit, unit_id)
    if owner_id != agency_id:
        raise RefusedError(UnitUnknownError(), unit_id, owner_id)
