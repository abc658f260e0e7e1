"""Films are announced before their first byte, and refused here if they may not come."""

import secrets
from datetime import timedelta
from typing import Final

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.ingest import UploadRefused
from ingest import store
from ingest.domain import ID_BYTES, Announcement, Secrecy, Upload, UploadState
from ingest.errors import (
    ClipTakenError,
    NoRoomError,
    SpoolClosedError,
    StateSecretError,
    TooLargeError,
    TooManyUploadsError,
)
from ingest.operations.context import Context

OPEN_MAX: Final = timedelta(days=30)
"""How long an upload counts as open."""


def announce(
    ctx: Context, who: Requester, announced: Announcement, size_bytes: int
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
    announced = announced.of_agency(who.agency_id)
    if announced.unit_id is None:
        announced = announced.model_copy(update={"unit_id": who.unit_id})
    _refuse_unwanted(ctx, who, announced, size_bytes)
    upload = Upload(
        upload_id=secrets.token_hex(ID_BYTES),
        clip_id=announced.clip_id,
        agency_id=who.agency_id,
        uploaded_by=who.subject,
        sha256=announced.sha256,
        size_bytes=size_bytes,
        offset=0,
        state=UploadState.RECEIVING,
        moved_at=ctx.clock.now(),
    )
    with ctx.recording(who), ctx.db.transaction() as session:
        known = store.find_upload_of(session, announced.clip_id)
        if known is None:
            _check_room(ctx, session, who, size_bytes)
            store.add_upload(session, upload, announced)
            return upload, True
        is_same = _are_same(known, upload)
        is_same = is_same and store.announcement(session, known.clip_id) == announced
        if is_same and known.is_gone:
            _check_room(ctx, session, who, size_bytes)
            store.begin_anew(session, known, upload)
            return upload, True
    if is_same:
        return known, False
    raise ctx.refuse(who, ClipTakenError(), announced.clip_id)


def _are_same(known: Upload, upload: Upload) -> bool:
    return (known.uploaded_by, known.size_bytes) == (upload.uploaded_by, upload.size_bytes)


def _refuse_unwanted(
    ctx: Context, who: Requester, announced: Announcement, size_bytes: int
) -> None:
    if announced.secrecy is Secrecy.STATE_SECRET:
        reason, error = "state_secret", StateSecretError()
    elif size_bytes > ctx.settings.clip_size_max_bytes:
        limit = ctx.settings.clip_size_max_bytes
        reason, error = "too_large", TooLargeError(f"上限 {limit} 字节", limit_bytes=limit)
    else:
        return
    refused = UploadRefused(
        agency_id=who.agency_id,
        clip_id=announced.clip_id,
        requester_id=who.subject,
        reason=reason,
    )
    with ctx.db.transaction() as session:
        ctx.outbox.emit(session, refused)
    raise error


def _check_room(ctx: Context, session: Session, who: Requester, size_bytes: int) -> None:
    _check_limits(ctx, session, who)
    if ctx.spool.is_closed:
        raise SpoolClosedError
    if not ctx.spool.has_room(size_bytes):
        raise NoRoomError


def _check_limits(ctx: Context, session: Session, who: Requester) -> None:
    """Refuse another upload to whoever begins them without end.

    Uploads given up long ago do not count: a phone that was lost must not shut its officer out.
    """
    limits, begun_after = ctx.settings, ctx.clock.now() - OPEN_MAX
    begun = store.count_open(session, who.agency_id, who.subject, begun_after)
    if begun.of_person >= limits.open_uploads_per_person_max:
        raise RefusedError(TooManyUploadsError("person", limits.open_uploads_per_person_max))
    if begun.of_agency >= limits.open_uploads_per_agency_max:
        raise RefusedError(TooManyUploadsError("agency", limits.open_uploads_per_agency_max))
