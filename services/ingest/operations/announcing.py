"""Films are announced before their first byte, and refused here if they may not come."""

import secrets
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.ingest import UploadRefused
from ingest.domain.announcement import Announcement, Secrecy
from ingest.domain.upload import ID_BYTES, PARTIAL, Upload, UploadState
from ingest.errors import (
    AccountClosedError,
    ClipTakenError,
    NoRoomError,
    SpoolClosedError,
    StateSecretError,
    TooLargeError,
    TooManyUploadsError,
)
from ingest.operations.context import Context
from ingest.store import people, uploads

OPEN_MAX: Final = timedelta(days=30)
"""How long an upload counts as open."""


def announce(
    ctx: Context, who: Requester, announced: Announcement, size_bytes: int | None
) -> tuple[Upload, bool]:
    """Begin an upload, or find the one that the same announcement began; say whether it is new.

    One that was ended before it was complete begins anew, at another address.

    Raises:
        StateSecretError, TooLargeError: recorded; no byte is kept.
        ClipTakenError: somebody of the agency announced the id otherwise before; recorded.
        TooManyUploadsError: the person or the agency finishes too few; recorded.
        SpoolClosedError: the volume is to be taken away.
        NoRoomError: the disk is nearly full.
    """
    announced = completed(who, announced)
    refuse_unwanted(ctx, who, announced.clip_id, announced.secrecy, size_bytes)
    upload = begun(ctx, who, announced.clip_id, size_bytes, sha256=announced.sha256)
    with ctx.recording(who), ctx.db.transaction() as session:
        known = find_same(session, upload, announced)
        if known and not known.is_gone:
            return known, False
        check_room(ctx, session, who, size_bytes)
        if known:
            uploads.begin_anew(session, known, upload)
        else:
            uploads.add_upload(session, upload, announced)
    if known:
        ctx.spool.remove(known.upload_id)  # nothing else names what might have stayed of it
    return upload, True


def begin_part(ctx: Context, who: Requester, size_bytes: int | None, secrecy: Secrecy) -> Upload:
    """Begin a part of a film that is announced only when its parts are joined.

    Of secrets it must be said at once: a part is bytes too.

    Raises:
        StateSecretError, TooLargeError, TooManyUploadsError, SpoolClosedError, NoRoomError: as for
            a whole film.
    """
    part_id = ctx.ids.new()
    refuse_unwanted(ctx, who, part_id, secrecy, size_bytes)
    part = begun(ctx, who, part_id, size_bytes, concat=PARTIAL)
    with ctx.recording(who), ctx.db.transaction() as session:
        check_room(ctx, session, who, size_bytes)
        uploads.add_part(session, part)
    return part


def completed(who: Requester, announced: Announcement) -> Announcement:
    """The announcement with the clip's id, and with the requester's unit where it names none."""
    announced = announced.of_agency(who.agency_id)
    if announced.unit_id is None:
        return announced.model_copy(update={"unit_id": who.unit_id})
    return announced


def begun(
    ctx: Context,
    who: Requester,
    clip_id: UUID,
    size_bytes: int | None,
    *,
    sha256: str | None = None,
    concat: str | None = None,
) -> Upload:
    """A new upload of nothing yet."""
    return Upload(
        upload_id=secrets.token_hex(ID_BYTES),
        clip_id=clip_id,
        agency_id=who.agency_id,
        uploaded_by=who.subject,
        sha256=sha256,
        size_bytes=size_bytes,
        offset=0,
        state=UploadState.RECEIVING,
        moved_at=ctx.clock.now(),
        concat=concat,
    )


def find_same(session: Session, upload: Upload, announced: Announcement) -> Upload | None:
    """The upload that the same person began with the same announcement before; None if none did.

    Raises:
        RefusedError: with `ClipTakenError`, where another announcement has the clip's id.
    """
    known = uploads.find_upload_of(session, upload.clip_id)
    if known is None:
        return None
    same_words = uploads.announcement(session, known.clip_id) == announced
    same_length = known.is_gone or _may_be_same(known, upload.size_bytes)
    if same_words and same_length and known.uploaded_by == upload.uploaded_by:
        return known
    raise RefusedError(ClipTakenError(), upload.clip_id)


def _may_be_same(known: Upload, size_bytes: int | None) -> bool:
    """Whether a length fits that somebody did not know when the upload began, or has forgotten."""
    if size_bytes is None or known.size_bytes == size_bytes:
        return True
    return known.size_bytes is None and known.offset <= size_bytes


def refuse_unwanted(
    ctx: Context, who: Requester, clip_id: UUID, secrecy: Secrecy, size_bytes: int | None
) -> None:
    """Turn away what may not come, and put that on record.

    Raises:
        StateSecretError, TooLargeError: no byte is kept.
    """
    if secrecy is Secrecy.STATE_SECRET:
        reason, error = "state_secret", StateSecretError()
    elif (size_bytes or 0) > ctx.settings.clip_size_max_bytes:
        limit = ctx.settings.clip_size_max_bytes
        reason, error = "too_large", TooLargeError(f"上限 {limit} 字节", limit_bytes=limit)
    else:
        return
    refused = UploadRefused(
        agency_id=who.agency_id,
        clip_id=clip_id,
        requester_id=who.subject,
        reason=reason,
    )
    with ctx.db.transaction() as session:
        ctx.outbox.emit(session, refused)
    raise error


def check_room(ctx: Context, session: Session, who: Requester, size_bytes: int | None) -> None:
    """Refuse what there is no room for: on the disk, or among what one may begin.

    Raises:
        RefusedError: with `TooManyUploadsError`, or `AccountClosedError` where a token outlives its
            account.
        SpoolClosedError, NoRoomError: it may come later.
    """
    if people.is_closed(session, who.subject):
        raise RefusedError(AccountClosedError())
    _check_limits(ctx, session, who)
    if ctx.spool.is_closed:
        raise SpoolClosedError
    if not ctx.spool.has_room(size_bytes or 0):
        raise NoRoomError


def _check_limits(ctx: Context, session: Session, who: Requester) -> None:
    """Refuse another upload to whoever begins them without end.

    Uploads given up long ago do not count: a phone that was lost must not shut its officer out.
    """
    limits, begun_after = ctx.settings, ctx.clock.now() - OPEN_MAX
    begun = uploads.count_open(session, who.agency_id, who.subject, begun_after)
    if begun.of_person >= limits.open_uploads_per_person_max:
        raise RefusedError(TooManyUploadsError("person", limits.open_uploads_per_person_max))
    if begun.of_agency >= limits.open_uploads_per_agency_max:
        raise RefusedError(TooManyUploadsError("agency", limits.open_uploads_per_agency_max))
