"""What all of identity's operations need, and how they ask whether somebody may."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from common import service
from common.auth import NotSignedInError, Requester
from common.fence import on_behalf_of
from common.service import RefusedError
from common.throttle import Throttle
from identity import domain, store
from identity.adapters.keys import SigningKeys
from identity.adapters.passwords import Passwords
from identity.adapters.setup_code import SetupCode
from identity.domain import Agency
from identity.errors import AgencyUnknownError
from identity.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What identity's operations need; built once in app.py."""

    settings: Settings
    keys: SigningKeys
    passwords: Passwords
    setup_code: SetupCode
    recorded_of_kind: Throttle
    recorded_of_all: Throttle


def administered(
    session: Session, who: Requester, agency_id: UUID, hidden: RefusedError | None = None
) -> Agency:
    """The agency, if it is `who`'s own or stands below it; else `hidden` is raised where given.

    Asked before `session` acts for another agency, where `who`'s account would be out of sight.
    An account that was disabled administers nothing from that moment, though its last access token
    is still good: otherwise it could open itself another one.

    Raises:
        RefusedError: there is no such agency, or it is none of `who`'s affair.
    """
    account = store.find_account(session, who.subject)
    if account is not None and account.disabled_at is not None:
        raise RefusedError(NotSignedInError())
    agency = store.find_agency(session, agency_id)
    own = store.find_agency(session, who.agency_id)
    if agency is None:
        raise RefusedError(AgencyUnknownError(), agency_id)
    if own is None or not domain.is_within(agency.path, own.path):
        raise hidden or RefusedError(AgencyUnknownError(), agency_id, agency_id)
    return agency


@contextmanager
def administering(
    session: Session, who: Requester, agency_id: UUID, hidden: RefusedError | None = None
) -> Generator[None]:
    """Act for an agency that `who` administers; as `administered` otherwise."""
    administered(session, who, agency_id, hidden)
    with on_behalf_of(session, agency_id):
        yield
