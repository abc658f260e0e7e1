"""What all of identity's operations need, and how they ask whether somebody may."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from common import service
from common.auth import NotSignedInError, Requester
from common.errors import AppError
from identity import domain, store
from identity.adapters.keys import SigningKeys
from identity.adapters.passwords import Passwords
from identity.adapters.setup_code import SetupCode
from identity.domain import Agency
from identity.errors import AgencyUnknownError
from identity.settings import Settings


class RefusedError(Exception):
    """Raised inside a transaction, where a refusal cannot be recorded; `recording` does it."""

    def __init__(
        self, error: AppError, thing_id: UUID | None = None, owner_id: UUID | None = None
    ) -> None:
        super().__init__(error.code)
        self.error = error
        self.thing_id = thing_id
        self.owner_id = owner_id


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What identity's operations need; built once in app.py."""

    settings: Settings
    keys: SigningKeys
    passwords: Passwords
    setup_code: SetupCode

    @contextmanager
    def recording(self, who: Requester) -> Generator[None]:
        """Put a refusal of `who` on record once the transaction within has rolled back."""
        try:
            yield
        except RefusedError as refused:
            raise self.refuse(who, refused.error, refused.thing_id, refused.owner_id) from refused


def administered(
    session: Session, who: Requester, agency_id: UUID, hidden: RefusedError | None = None
) -> Agency:
    """The agency, if it is `who`'s own or stands below it; else `hidden` is raised where given.

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
