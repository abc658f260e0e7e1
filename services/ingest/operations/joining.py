"""Parts that were sent side by side become one film (tus 1.0, "Concatenation")."""

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session

from common.auth import Requester
from common.fence import acting_for_all
from ingest import store
from ingest.domain import Announcement, Upload, UploadState
from ingest.errors import NoRoomError, PartsInvalidError, StateSecretError
from ingest.operations.announcing import begun, completed, find_same, refuse_unwanted
from ingest.operations.context import Context
from ingest.operations.ending import terminate_part
from ingest.store import LostTurnError


def join(
    ctx: Context, who: Requester, announced: Announcement, part_ids: Sequence[str], concat: str
) -> tuple[Upload, bool]:
    """Announce a film whose bytes are here as parts; say whether it is new. Safe to repeat.

    The film is durable under its own name before anything is said of it, and the parts are removed
    only after that is on record: a process that dies between leaves either the parts or the film.

    Raises:
        PartsInvalidError: not complete parts of the requester's own.
        StateSecretError: recorded, and the parts are removed.
        TooLargeError: recorded.
        ClipTakenError: somebody of the agency announced the id otherwise before; recorded.
        NoRoomError: the disk has no room for the film beside its parts.
    """
    announced = completed(who, announced)
    film = begun(ctx, who, announced.clip_id, None, sha256=announced.sha256, concat=concat)
    with ctx.recording(who), ctx.db.snapshot() as session:
        known = find_same(session, film, announced)
        parts = [store.find_upload(session, part_id) for part_id in part_ids]
    if known and not known.is_gone:
        return known, False
    whole = [part for part in parts if part and _is_own_and_whole(part, who)]
    if not whole or len(whole) != len(parts) or len(set(part_ids)) != len(part_ids):
        raise PartsInvalidError
    size_bytes = sum(part.offset for part in whole)
    try:
        refuse_unwanted(ctx, who, announced.clip_id, announced.secrecy, size_bytes)
    except StateSecretError:
        for part in whole:
            terminate_part(ctx, part)
        raise
    if not ctx.spool.has_room(size_bytes):
        raise NoRoomError
    film = replace(film, size_bytes=size_bytes, offset=size_bytes, state=UploadState.RECEIVED)
    return _join(ctx, who, announced, film, whole)


def _join(
    ctx: Context, who: Requester, announced: Announcement, film: Upload, parts: Sequence[Upload]
) -> tuple[Upload, bool]:
    ctx.spool.join(film.upload_id, [part.upload_id for part in parts])
    try:
        with ctx.recording(who), ctx.db.transaction() as session:
            known = find_same(session, film, announced)
            if known is None or known.is_gone:
                _record(session, film, announced, known, parts)
    except LostTurnError as error:  # a request at the same time made another film of a part
        _forget(ctx, film.upload_id)
        raise PartsInvalidError from error
    except BaseException:
        _forget(ctx, film.upload_id)
        raise
    if known and not known.is_gone:  # a request at the same time was faster
        _forget(ctx, film.upload_id)
        return known, False
    ctx.spool.joined(film.upload_id)
    for part in parts:
        ctx.spool.remove(part.upload_id)
    return film, True


def _record(
    session: Session,
    film: Upload,
    announced: Announcement,
    ended: Upload | None,
    parts: Sequence[Upload],
) -> None:
    if ended:
        store.begin_anew(session, ended, film)
    else:
        store.add_upload(session, film, announced)
    for part in parts:
        store.advance(session, part, replace(part, state=UploadState.JOINED))


def _forget(ctx: Context, upload_id: str) -> None:
    ctx.spool.remove(upload_id)
    ctx.spool.joined(upload_id)


def forget_unrecorded(ctx: Context) -> None:
    """Remove films that were joined by a process that died before they were on record.

    Before the first request: afterwards one might be on its way.
    """
    for upload_id in ctx.spool.not_on_record():
        with acting_for_all(), ctx.db.snapshot() as session:
            is_on_record = store.find_upload(session, upload_id) is not None
        if is_on_record:
            ctx.spool.joined(upload_id)
        else:
            _forget(ctx, upload_id)


def _is_own_and_whole(part: Upload, who: Requester) -> bool:
    own = (part.agency_id, part.uploaded_by) == (who.agency_id, who.subject)
    return own and part.state is UploadState.PART
