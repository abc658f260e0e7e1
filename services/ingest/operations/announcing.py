"""Films are announced before their first byte, and refused here if they may not come."""

import secrets
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.ingest import UploadRefused
from ingest.domain.announcement import Announcement, Secrecy
from ingest.domain.upload import PARTIAL, SECRET_BYTES, Upload, UploadState, id_at
from ingest.errors import (
    ClipTakenError,
    StateSecretError,
    TooLargeError,
)
from ingest.operations.bringing_in import check_may_come
from ingest.operations.context import Context
from ingest.operations.ending import begin_anew
from ingest.operations.judging import judge
from ingest.operations.resubmitting import entered, is_kept
from ingest.operations.room import check_room
from ingest.operations.stranded import is_stranded
from ingest.store import uploads


def announce(
    ctx: Context,
    who: Requester,
    announced: Announcement,
    size_bytes: int | None,
    *,
    metadata: str = "",
    may_be_entry: bool = False,
) -> tuple[Upload, bool]:
    """Begin an upload, or find the one that the same announcement began; say whether it is new.

    `metadata` is the announcement in its client's own words, which `HEAD` gives back.

    With `may_be_entry` a film that is kept already becomes an entry at once and its bytes are not
    wanted; most clients would send them whatever the answer says.

    One that was ended before it was complete begins anew, at another address; so does one of which
    nothing had come to a replica that is gone.

    Raises:
        StateSecretError, TooLargeError: recorded; no byte is kept.
        ClipTakenError: somebody of the agency announced the id otherwise before; recorded.
        OffsiteDiffersError: another recording is registered under the id; recorded.
        TooManyUploadsError: the person, the device or the agency finishes too few; recorded.
        OverQuotaError: the device or the agency has had its share; recorded.
        SpoolClosedError: the volume is to be taken away.
        NoRoomError: it would not fit beside what is promised to others.
    """
    announced = completed(who, announced)
    refuse_unwanted(ctx, who, announced.clip_id, announced.secrecy, size_bytes)
    upload = begun(ctx, who, announced.clip_id, size_bytes, announced, metadata=metadata)
    may_be_entry = may_be_entry and is_kept(ctx, upload, announced)
    with ctx.recording(who), ctx.db.transaction() as session:
        known = find_same(session, upload, announced)
        if known and not (known.is_gone or is_stranded(ctx, known)):
            return known, False
        entry = may_be_entry and entered(ctx, session, upload, announced, is_compared=False)
        if not entry:
            check_room(ctx, session, who, size_bytes, announced.device_no)
        upload = entry or upload
        if known:
            begin_anew(ctx, session, known, upload)
        else:
            uploads.add_upload(session, upload, announced)
        judge(ctx, session, upload.clip_id)
    if known:
        ctx.spool.remove(known.upload_id)  # nothing else names what might have stayed of it
    return upload, True


def begin_part(
    ctx: Context, who: Requester, size_bytes: int | None, secrecy: Secrecy, metadata: str = ""
) -> Upload:
    """Begin a part of a film that is announced only when its parts are joined.

    Of secrets it must be said at once: a part is bytes too. All parts of one person go to one
    replica, where they can be joined.

    Raises:
        ElsewhereError: another replica is the one.
        StateSecretError, TooLargeError, TooManyUploadsError, OverQuotaError, SpoolClosedError,
            NoRoomError: as for a whole film.
    """
    ctx.expect_here(who.subject.int % ctx.replica_count)
    part_id = ctx.ids.new()
    refuse_unwanted(ctx, who, part_id, secrecy, size_bytes)
    part = begun(ctx, who, part_id, size_bytes, concat=PARTIAL, metadata=metadata)
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
    announced: Announcement | None = None,
    concat: str | None = None,
    *,
    metadata: str = "",
) -> Upload:
    """A new upload of nothing yet."""
    return Upload(
        upload_id=id_at(ctx.settings.replica, secrets.token_bytes(SECRET_BYTES)),
        clip_id=clip_id,
        agency_id=who.agency_id,
        uploaded_by=who.subject,
        sha256=announced and announced.sha256,
        size_bytes=size_bytes,
        offset=0,
        state=UploadState.RECEIVING,
        moved_at=ctx.clock.now(),
        concat=concat,
        device_no=announced and announced.device_no,
        metadata_said=metadata or None,
    )


def find_same(session: Session, upload: Upload, announced: Announcement) -> Upload | None:
    """The upload that the same person began with the same announcement before; None if none did.

    Raises:
        RefusedError: with `ClipTakenError`, where another announcement has the clip's id; with
            `OffsiteDiffersError`, where another recording is registered under it.
    """
    check_may_come(session, announced, upload.size_bytes)
    known = uploads.find_upload_of(session, upload.clip_id)
    if known is None:
        return None
    words = uploads.announcement(session, known.clip_id)
    same_words = announced.model_copy(update={"sha256": words.sha256}).repeats(words)
    same_film = None in {known.sha256, announced.sha256} or known.sha256 == announced.sha256
    same_length = known.is_gone or _may_be_same(known, upload.size_bytes)
    if same_words and same_film and same_length and known.uploaded_by == upload.uploaded_by:
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
