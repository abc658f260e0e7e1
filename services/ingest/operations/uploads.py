"""Films arrive: announced, received with every acknowledged byte durable, kept at the end."""

import logging
import secrets
from collections.abc import AsyncIterable
from contextlib import suppress
from datetime import timedelta
from typing import Final

import anyio
from anyio import CancelScope, to_thread
from sqlmodel import Session

from common.auth import Requester
from common.fence import anywhere
from common.objects import StoreAwayError
from common.service import RefusedError
from contracts.ingest import UploadRefused
from ingest import store
from ingest.domain import ID_BYTES, Announcement, Secrecy, Upload, UploadState, is_id
from ingest.errors import (
    ClipTakenError,
    ConnectionCutError,
    DigestDiffersError,
    MoreThanAnnouncedError,
    NoRoomError,
    OffsetDiffersError,
    StateSecretError,
    TooLargeError,
    TooManyUploadsError,
    UploadInterruptedError,
    UploadUnknownError,
)
from ingest.operations.context import Context
from ingest.operations.finishing import finish

COMMIT_BYTES: Final = 4 * 1024**2
"""How much may arrive before it is made durable; also what a connection may hold in memory."""
SILENCE_MAX_S: Final = 60
"""A client that sends nothing for so long is taken for gone."""
OPEN_MAX: Final = timedelta(days=30)
"""How long an upload counts as open. Its bytes are kept, and it may go on, for ever."""

logger = logging.getLogger(__name__)


def announce(
    ctx: Context, who: Requester, announced: Announcement, size_bytes: int
) -> tuple[Upload, bool]:
    """Begin an upload, or find the one that the same announcement began; say whether it is new.

    Raises:
        StateSecretError, TooLargeError: recorded; no byte is kept.
        ClipTakenError: somebody of the agency announced the id otherwise before; recorded.
        TooManyUploadsError: the person or the agency finishes too few; recorded.
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
    )
    with ctx.recording(who), ctx.db.transaction() as session:
        known = store.find_upload_of(session, announced.clip_id)
        same = known is not None and store.announcement(session, known.clip_id) == announced
        if known is None:
            _check_limits(ctx, session, who)
            if not ctx.spool.has_room(size_bytes):
                raise NoRoomError
            store.add_upload(session, upload, announced, ctx.clock.now())
            return upload, True
    if same and (known.uploaded_by, known.size_bytes) == (who.subject, size_bytes):
        return known, False
    raise ctx.refuse(who, ClipTakenError(), announced.clip_id)


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


async def resume(ctx: Context, who: Requester, upload_id: str) -> Upload:
    """Where the client goes on. Ends the reading of an older request, after what it has received.

    A film that has arrived is also kept before this returns, unless the store is away.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    await to_thread.run_sync(_own, ctx, who, upload_id)
    async with ctx.receiving.take(upload_id):
        upload = await to_thread.run_sync(_own, ctx, who, upload_id)
    return await _finished(ctx, upload)


async def append(
    ctx: Context,
    who: Requester,
    upload_id: str,
    offset: int,
    length: int | None,
    chunks: AsyncIterable[bytes],
) -> Upload:
    """Receive one request's bytes and return once they are durable, and the whole film kept.

    While the store of objects is away, a whole film waits in the spool, which is as durable as
    every other acknowledged byte; the loop `finaliser` keeps it later.

    `length` is how many the request announces, if it does. The last request may be repeated: its
    answer is the same.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        OffsetDiffersError: `offset` is not where the upload is.
        MoreThanAnnouncedError: the bytes go past the announced length.
        UploadInterruptedError: a newer request took over, or the client fell silent.
        NoRoomError: the disk is full.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    await to_thread.run_sync(_own, ctx, who, upload_id)
    async with ctx.receiving.take(upload_id) as reading:
        upload = await to_thread.run_sync(_own, ctx, who, upload_id)
        end = offset + (length or 0)
        is_repeated = upload.offset == upload.size_bytes == end
        if offset != upload.offset and not is_repeated:
            raise OffsetDiffersError(upload.offset)
        if end > upload.size_bytes:
            raise MoreThanAnnouncedError
        if upload.state is UploadState.RECEIVING:
            upload = await _receive(ctx, upload, chunks, reading)
    return await _finished(ctx, upload)


async def _receive(
    ctx: Context, upload: Upload, chunks: AsyncIterable[bytes], reading: CancelScope
) -> Upload:
    waiting, silence = bytearray(), CancelScope()
    with reading, silence, suppress(ConnectionCutError):
        silence.deadline = anyio.current_time() + SILENCE_MAX_S
        async for chunk in chunks:
            waiting += chunk
            if upload.offset + len(waiting) > upload.size_bytes:
                raise MoreThanAnnouncedError
            if len(waiting) >= COMMIT_BYTES:
                upload = await to_thread.run_sync(_commit, ctx, upload, bytes(waiting))
                waiting.clear()
            silence.deadline = anyio.current_time() + SILENCE_MAX_S
    if waiting:  # whatever ended the reading: what has arrived need not be sent again
        upload = await to_thread.run_sync(_commit, ctx, upload, bytes(waiting))
    if reading.cancelled_caught or silence.cancelled_caught:
        raise UploadInterruptedError(upload.offset)
    return upload


def _commit(ctx: Context, upload: Upload, content: bytes) -> Upload:
    """Bytes first, then the row: an offset on record is a promise."""
    ctx.spool.append(upload.upload_id, upload.offset, content)
    after = upload.advanced(len(content))
    with ctx.db.transaction() as session:
        store.advance(session, upload, after)
    return after


async def _finished(ctx: Context, upload: Upload) -> Upload:
    """Keep a film that is complete, now if the store answers: its bytes are durable as it is."""
    if upload.state is UploadState.RECEIVED:
        try:
            async with ctx.finishing.take(upload.upload_id):
                upload = await to_thread.run_sync(finish, ctx, upload.upload_id)
        except StoreAwayError:
            logger.warning("film waits for the store", extra={"upload_id": upload.upload_id})
    if upload.state is UploadState.QUARANTINED:
        raise DigestDiffersError
    return upload


def _own(ctx: Context, who: Requester, upload_id: str) -> Upload:
    with ctx.db.snapshot() as session:
        # PostgreSQL is not to be asked for what cannot be in a text.
        upload = anywhere(session, store.find_upload, upload_id) if is_id(upload_id) else None
    if upload is None:
        raise ctx.refuse(who, UploadUnknownError())
    if upload.agency_id != who.agency_id:
        raise ctx.refuse(who, UploadUnknownError(), upload.clip_id, upload.agency_id)
    return upload
