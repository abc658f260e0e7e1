"""Whether who began a request may still end it: a film can take longer than a token lasts."""

from datetime import datetime

from sqlmodel import Session

from common.auth import NotSignedInError, Requester
from common.errors import AppError
from common.service import RefusedError
from contracts.identity import AccountDisabled
from ingest.domain.upload import Upload
from ingest.errors import AccountClosedError
from ingest.operations.context import Context
from ingest.store import people


def remember_closed(_ctx: Context, session: Session, event: AccountDisabled, at: datetime) -> None:
    """The account completes no film any more, whatever token it still holds."""
    people.remember_closed(session, event.account_id, event.agency_id, at)


def why_not_any_more(ctx: Context, session: Session, who: Requester) -> AppError | None:
    """Why a film may not be completed by `who`, who was let in at the beginning; None if it may.

    An account's roles do not change while it is open (identity), so none is asked for again.
    """
    if not who.is_signed_in(ctx.clock.now()):
        return NotSignedInError()
    if people.is_closed(session, who.subject):
        return AccountClosedError()
    return None


def expect_standing(ctx: Context, session: Session, who: Requester, upload: Upload) -> None:
    """See that who completes a film may still do so.

    Raises:
        RefusedError: with what `why_not_any_more` says.
    """
    why_not = why_not_any_more(ctx, session, who)
    if why_not:
        raise RefusedError(why_not, upload.clip_id)
