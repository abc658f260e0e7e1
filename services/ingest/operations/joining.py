"""Parts that were sent side by side become one film (tus 1.0, "Concatenation")."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeGuard

from sqlmodel import Session

from common.auth import Requester
from common.errors import AppError, DatabaseAwayError
from common.fence import acting_for_all
from ingest.domain.announcement import Announcement, Secrecy
from ingest.domain.upload import Upload, UploadState, replica_of
from ingest.errors import (
    BegunOtherwiseError,
    PartsApartError,
    PartsInvalidError,
    SpoolLostError,
)
from ingest.operations.announcing import begun, completed, find_same, refuse_unwanted
from ingest.operations.context import Context
from ingest.operations.ending import begin_anew, terminate_part
from ingest.operations.judging import judge
from ingest.operations.people import expect_standing
from ingest.operations.room import expect_room
from ingest.operations.stranded import is_stranded
from ingest.store import uploads
from ingest.store.uploads import LostTurnError


def join(
    ctx: Context,
    who: Requester,
    announced: Announcement,
    part_ids: Sequence[str],
    concat: str,
    metadata: str,
) -> tuple[Upload, bool]:
    """Announce a film whose bytes are here as parts; say whether it is new. Safe to repeat.

    The film is durable under its own name before anything is said of it, and the parts are removed
    only after that is on record: a process that dies between leaves either the parts or the film.

    Raises:
        ElsewhereError: the parts lie in the spool of another replica.
        PartsApartError: they lie in several: the number of replicas changed meanwhile.
        PartsInvalidError: not complete parts of the requester's own.
        StateSecretError: recorded, and the requester's parts are removed.
        TooLargeError: recorded.
        ClipTakenError: somebody of the agency announced the id otherwise before; recorded.
        OffsiteDiffersError: another recording is registered under the id; recorded.
        BegunOtherwiseError: the film is on its way as one piece.
        SpoolClosedError: the volume is to be taken away.
        NoRoomError: the disk has no room for the film beside its parts.
        NotSignedInError, AccountClosedError: the requester is not let in any more; recorded.
    """
    places = {replica_of(part_id) for part_id in part_ids}
    if len(places) > 1:
        raise PartsApartError
    ctx.expect_here(places.pop())
    announced = completed(who, announced)
    film = begun(ctx, who, announced.clip_id, None, announced, concat, metadata=metadata)
    with ctx.recording(who), ctx.db.snapshot() as session:
        known = find_same(session, film, announced)
        found = [uploads.find_upload(session, part_id) for part_id in dict.fromkeys(part_ids)]
    own = [part for part in found if part and _is_own(part, who)]
    if announced.secrecy is Secrecy.STATE_SECRET or _is_whole(known, ctx):
        _end_parts(ctx, own)  # of no use to anybody: the film is here, or may not be
    if _is_whole(known, ctx):
        ctx.expect_here(replica_of(known.upload_id))
        return known, False
    whole = [part for part in own if part.state is UploadState.PART]
    size_bytes = sum(part.offset for part in whole)
    refuse_unwanted(ctx, who, announced.clip_id, announced.secrecy, size_bytes)
    if not whole or len(whole) != len(part_ids):
        raise PartsInvalidError
    with ctx.db.snapshot() as session:
        expect_room(ctx, session, size_bytes)
    film = replace(film, size_bytes=size_bytes, offset=size_bytes, state=UploadState.RECEIVED)
    return _join(ctx, who, announced, film, whole)


def _join(
    ctx: Context, who: Requester, announced: Announcement, film: Upload, parts: Sequence[Upload]
) -> tuple[Upload, bool]:
    try:
        ctx.spool.join(film.upload_id, [(part.upload_id, part.offset) for part in parts])
    except SpoolLostError as error:  # ended meanwhile
        raise PartsInvalidError from error
    try:
        with ctx.recording(who), ctx.db.transaction() as session:
            known = find_same(session, film, announced)
            if not _is_whole(known, ctx):
                expect_standing(ctx, session, who, film)  # once more: copying takes its time
                _record(ctx, session, film, announced, known, parts)
                judge(ctx, session, film.clip_id)
    except LostTurnError as error:  # a request at the same time made another film of a part
        _forget(ctx, film.upload_id)
        raise PartsInvalidError from error
    except DatabaseAwayError:
        raise  # whether it is on record is not known: the film stays, and the next start looks
    except AppError:
        _forget(ctx, film.upload_id)
        raise
    if _is_whole(known, ctx):  # a request at the same time was faster
        _forget(ctx, film.upload_id)
        return known, False
    ctx.spool.joined(film.upload_id)
    for gone in (*parts, *([known] if known else [])):
        ctx.spool.remove(gone.upload_id)
    return film, True


def _is_whole(known: Upload | None, ctx: Context) -> TypeGuard[Upload]:
    """Whether all of the film is here already.

    Raises:
        BegunOtherwiseError: some of it may be, as one piece.
    """
    if known and known.is_unfinished and not is_stranded(ctx, known):
        raise BegunOtherwiseError
    return known is not None and not (known.is_gone or known.is_unfinished)


def _end_parts(ctx: Context, parts: Sequence[Upload]) -> None:
    for part in parts:
        if part.is_unfinished:
            with suppress(LostTurnError):  # it moves or ends at this moment
                terminate_part(ctx, part)


def _record(
    ctx: Context,
    session: Session,
    film: Upload,
    announced: Announcement,
    ended: Upload | None,
    parts: Sequence[Upload],
) -> None:
    if ended:
        begin_anew(ctx, session, ended, film)
    else:
        uploads.add_upload(session, film, announced)
    for part in parts:
        uploads.advance(session, part, replace(part, state=UploadState.JOINED))


def _forget(ctx: Context, upload_id: str) -> None:
    ctx.spool.remove(upload_id)
    ctx.spool.joined(upload_id)


def forget_unrecorded(ctx: Context) -> None:
    """Remove films that were joined by a process that died before they were on record.

    Before the first request: afterwards one might be on its way.
    """
    for upload_id in ctx.spool.not_on_record():
        with acting_for_all(), ctx.db.snapshot() as session:
            is_on_record = uploads.find_upload(session, upload_id) is not None
        if is_on_record:
            ctx.spool.joined(upload_id)
        else:
            _forget(ctx, upload_id)


def _is_own(part: Upload, who: Requester) -> bool:
    return part.is_part and (part.agency_id, part.uploaded_by) == (who.agency_id, who.subject)
