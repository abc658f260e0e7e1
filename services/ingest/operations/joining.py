"""Parts that were sent side by side become one film (tus 1.0, "Concatenation")."""

from collections.abc import Sequence
from dataclasses import replace

from common.auth import Requester
from ingest import store
from ingest.domain import Announcement, Upload, UploadState
from ingest.errors import NoRoomError, PartsInvalidError, StateSecretError
from ingest.operations.announcing import begun, completed, find_same, refuse_unwanted
from ingest.operations.context import Context
from ingest.operations.ending import terminate_part


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
        parts = [] if known else [store.find_upload(session, part_id) for part_id in part_ids]
    if known:
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
            known = find_same(session, film, announced)  # a request at the same time was faster
            if known is None:
                store.add_upload(session, film, announced)
                for part in parts:
                    store.advance(session, part, replace(part, state=UploadState.JOINED))
    except BaseException:
        ctx.spool.remove(film.upload_id)
        raise
    if known:
        ctx.spool.remove(film.upload_id)
        return known, False
    for part in parts:
        ctx.spool.remove(part.upload_id)
    return film, True


def _is_own_and_whole(part: Upload, who: Requester) -> bool:
    own = (part.agency_id, part.uploaded_by) == (who.agency_id, who.subject)
    return own and part.state is UploadState.PART
