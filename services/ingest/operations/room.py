"""Room on the disk and a share of what may be begun: given when an upload begins, then kept.

What is promised to uploads that began is what is still to come of them. It is a sum over their
rows, so that it is the same after a restart, and it counts against the free room as if it were
here: those that are let in together can all end. A promise to an upload that does not move lapses
after `room_kept`; its bytes stay, and when it goes on it asks anew.

No blocks are taken beforehand (`fallocate`): that made writing no faster (308 against 317 MiB/s,
medians of seven on ext4), and what a row promises would have to be told from what a file holds.
"""

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from ingest.domain.quota import UNSAID_BYTES, Amounts, counted_bytes, excess
from ingest.domain.upload import Upload
from ingest.errors import (
    AccountClosedError,
    NoRoomError,
    OverQuotaError,
    SpoolClosedError,
    TooManyUploadsError,
)
from ingest.operations.context import Context
from ingest.store import people, quotas


def check_room(
    ctx: Context,
    session: Session,
    who: Requester,
    size_bytes: int | None,
    device_no: str | None = None,
) -> None:
    """Refuse what there is no room for: on the disk, or among what may be begun.

    Raises:
        RefusedError: with `TooManyUploadsError` or `OverQuotaError`, or with `AccountClosedError`
            where a token outlives its account.
        SpoolClosedError, NoRoomError: it may come later.
    """
    if people.is_closed(session, who.subject):
        raise RefusedError(AccountClosedError())
    _check_quotas(ctx, session, who, size_bytes, device_no)
    if ctx.spool.is_closed:
        raise SpoolClosedError
    expect_room(ctx, session, counted_bytes(size_bytes))


def expect_room(ctx: Context, session: Session, size_bytes: int) -> None:
    """See that so much would fit beside what is promised.

    Raises:
        NoRoomError: it may come later.
    """
    moved_after = ctx.clock.now() - ctx.settings.room_kept
    promised = quotas.promised_bytes(session, ctx.settings.replica, moved_after)
    if not ctx.spool.has_room(promised + size_bytes):
        raise NoRoomError


def expect_promise(ctx: Context, upload: Upload) -> None:
    """See that room is promised to an upload whose bytes are to come; ask anew if it lapsed.

    Raises:
        NoRoomError: it lapsed, and others have the room now. What is here stays.
    """
    if ctx.clock.now() - upload.moved_at < ctx.settings.room_kept:
        return
    awaited = UNSAID_BYTES if upload.size_bytes is None else upload.size_bytes - upload.offset
    with ctx.db.snapshot() as session:
        expect_room(ctx, session, awaited)


def expect_room_unsaid(ctx: Context, upload: Upload, more_bytes: int) -> None:
    """See that what an upload without a length brings beyond its promise is nobody else's room.

    Raises:
        NoRoomError: it is. What is here stays.
    """
    if upload.size_bytes is not None or upload.offset + more_bytes <= UNSAID_BYTES:
        return
    with ctx.db.snapshot() as session:
        expect_room(ctx, session, more_bytes)


def _check_quotas(
    ctx: Context,
    session: Session,
    who: Requester,
    size_bytes: int | None,
    device_no: str | None,
) -> None:
    now, settings = ctx.clock.now(), ctx.settings
    limits = Amounts(
        open_of_person=settings.open_uploads_per_person_max,
        open_of_device=settings.open_uploads_per_device_max,
        open_of_agency=settings.open_uploads_per_agency_max,
        awaited_of_agency_bytes=settings.awaited_bytes_per_agency_max,
        day_of_device_bytes=settings.bytes_per_device_a_day_max,
        day_of_agency_bytes=settings.bytes_per_agency_a_day_max,
        minute_of_device=settings.begun_per_device_a_minute_max,
    )
    use = quotas.used(session, who.agency_id, who.subject, device_no, now)
    too_much = excess(limits, use, size_bytes, now, has_device=device_no is not None)
    if too_much is None:
        return
    numbers = (too_much.limit, too_much.used, too_much.again_in_s)
    if too_much.what == "open_uploads":
        raise RefusedError(TooManyUploadsError(too_much.whose, *numbers))
    raise RefusedError(OverQuotaError(too_much.whose, too_much.what, *numbers))
