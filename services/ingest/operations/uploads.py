"""Films arrive: received with every acknowledged byte durable, and kept at the end."""

import logging
from contextlib import suppress
from typing import Final, NoReturn

from anyio import CancelScope, to_thread

from common.auth import Requester
from common.fence import anywhere
from common.objects import StoreAwayError
from ingest.adapters.pace import Pace
from ingest.domain.upload import Upload, UploadState, is_id
from ingest.errors import (
    AccountClosedError,
    ConnectionCutError,
    DigestDiffersError,
    JoinedError,
    LengthInvalidError,
    MoreThanAnnouncedError,
    NotReadHereError,
    OffsetDiffersError,
    UploadGoneError,
    UploadInterruptedError,
    UploadUnknownError,
)
from ingest.operations.context import Context
from ingest.operations.finishing import finish
from ingest.operations.intake import Chunk, Intake, size_limit
from ingest.operations.room import expect_promise
from ingest.store import people, uploads

COMMIT_BYTES: Final = 4 * 1024**2
"""How much may arrive before it is made durable; also what a connection may hold in memory."""

logger = logging.getLogger(__name__)


async def resume(ctx: Context, who: Requester, upload_id: str) -> Upload:
    """Where the client goes on. Ends the reading of an older request, after what it has received.

    A film that has arrived is also kept before this returns, unless the store is away.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    await to_thread.run_sync(own, ctx, who, upload_id)
    async with ctx.receiving.take(upload_id):
        upload = await to_thread.run_sync(own, ctx, who, upload_id)
    return await finished(ctx, upload)


def expect_place(ctx: Context) -> None:
    """Refuse to begin what brings its bytes along while no more can be read.

    Raises:
        BusyError: it may come later; nothing was begun.
    """
    ctx.bodies.expect_room()


async def append(ctx: Context, who: Requester, upload_id: str, chunk: Chunk) -> Upload:
    """Receive one request's bytes and return once they are durable, and the whole film kept.

    While the store of objects is away, a whole film waits in the spool, which is as durable as
    every other acknowledged byte; the loop `finaliser` keeps it later.

    The last request may be repeated: its answer is the same.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        UploadGoneError: it was ended before it was complete.
        OffsetDiffersError: the chunk does not begin where the upload is.
        JoinedError: it was joined of parts.
        LengthInvalidError: the length that is said only now cannot be.
        MoreThanAnnouncedError: the bytes go past the announced length.
        BusyError: as many are read as may be at once; of this one nothing was.
        UploadInterruptedError: a newer request took over, or the client is silent or too slow.
        ChecksumDiffersError: these are not the bytes of the checksum; none of them counts.
        NoRoomError: the disk is full, or what is left of it promised to others.
        NotSignedInError, AccountClosedError: the film would be complete, but not by this person any
            more; recorded.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    await to_thread.run_sync(own, ctx, who, upload_id)
    async with ctx.receiving.take(upload_id) as reading:
        upload = await to_thread.run_sync(own, ctx, who, upload_id)
        if upload.concat and not upload.is_part:
            raise JoinedError
        end = chunk.offset + (chunk.length or 0)
        is_repeated = upload.offset == upload.size_bytes == end
        if chunk.offset != upload.offset and not is_repeated:
            raise OffsetDiffersError(upload.offset)
        if chunk.total is not None:
            upload = await to_thread.run_sync(_declare, ctx, upload, chunk.total)
        if end > size_limit(ctx, upload):
            raise MoreThanAnnouncedError
        if upload.state is UploadState.RECEIVING:
            await to_thread.run_sync(expect_promise, ctx, upload)
            with ctx.bodies.one():
                intake = Intake(ctx, who, upload, chunk.checksum)
                upload = await _receive(ctx, intake, chunk, reading)
    return await finished(ctx, upload)


async def declare(ctx: Context, who: Requester, upload_id: str, size_bytes: int) -> Upload:
    """Keep how long an upload is whose client announces it once more, knowing that by now.

    In its turn, like everything that moves an upload.

    Raises:
        UploadUnknownError, UploadGoneError: it ended meanwhile.
        LengthInvalidError: the length cannot be.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    async with ctx.receiving.take(upload_id):
        upload = await to_thread.run_sync(own, ctx, who, upload_id)
        upload = await to_thread.run_sync(_declare, ctx, upload, size_bytes)
    return await finished(ctx, upload)


def _declare(ctx: Context, upload: Upload, size_bytes: int) -> Upload:
    """Keep how long an upload is whose client did not know it before (tus 1.0, "Upload-Length").

    Raises:
        LengthInvalidError: less than has come, more than may, or another than was said before.
    """
    if upload.size_bytes == size_bytes:
        return upload
    fits = upload.offset <= size_bytes <= ctx.settings.clip_size_max_bytes
    if upload.size_bytes is not None or not fits:
        raise LengthInvalidError
    declared = upload.declared(size_bytes)
    if declared.state is not upload.state:
        ctx.spool.trim(upload.upload_id, size_bytes)
    with ctx.db.transaction() as session:
        uploads.advance(session, upload, declared)
    return declared


async def _receive(ctx: Context, intake: Intake, chunk: Chunk, reading: CancelScope) -> Upload:
    waiting = bytearray()
    pace = Pace(ctx.settings.body_rate_min_bytes_per_s, ctx.settings.body_rate_window_s)
    with reading, pace.scope, suppress(ConnectionCutError):
        async for piece in chunk.pieces:
            waiting += piece
            if intake.end + len(waiting) > intake.limit:
                raise MoreThanAnnouncedError
            if len(waiting) >= COMMIT_BYTES:
                with pace.resting():
                    await to_thread.run_sync(intake.take, bytes(waiting))
                waiting.clear()
            pace.came(len(piece))
    if waiting:  # whatever ended the reading: what has arrived need not be sent again
        await to_thread.run_sync(intake.take, bytes(waiting))
    if reading.cancelled_caught or pace.scope.cancelled_caught:
        raise UploadInterruptedError(intake.upload.offset)
    return await to_thread.run_sync(intake.finish)


async def finished(ctx: Context, upload: Upload) -> Upload:
    """Keep a film that is complete, now if the store answers: its bytes are durable as it is.

    Raises:
        DigestDiffersError: it is not what was announced.
    """
    if upload.state is UploadState.RECEIVED:
        try:
            async with ctx.finishing.take(upload.upload_id):
                upload = await to_thread.run_sync(finish, ctx, upload.upload_id)
        except StoreAwayError:
            logger.warning("film waits for the store", extra={"upload_id": upload.upload_id})
    if upload.state is UploadState.QUARANTINED:
        raise DigestDiffersError
    return upload


def refuse_reading(ctx: Context, who: Requester, upload_id: str) -> NoReturn:
    """Refuse to hand bytes out, and put the attempt on record.

    Raises:
        UploadUnknownError, UploadGoneError: as for every request.
        NotReadHereError: bytes leave only through `access`.
    """
    upload = own(ctx, who, upload_id)
    raise ctx.refuse(who, NotReadHereError(), upload.clip_id)


def own(ctx: Context, who: Requester, upload_id: str) -> Upload:
    """Find an upload of the requester's agency.

    Raises:
        AccountClosedError: the requester's token outlives the account; recorded.
        UploadUnknownError: unknown, or another agency's; recorded.
        UploadGoneError: it was ended before it was complete.
    """
    with ctx.db.snapshot() as session:
        # PostgreSQL is not to be asked for what cannot be in a text.
        upload = anywhere(session, uploads.find_upload, upload_id) if is_id(upload_id) else None
        is_closed = people.is_closed(session, who.subject)
    if is_closed:
        raise ctx.refuse(who, AccountClosedError())
    if upload is None:
        raise ctx.refuse(who, UploadUnknownError())
    if upload.agency_id != who.agency_id:
        raise ctx.refuse(who, UploadUnknownError(), upload.clip_id, upload.agency_id)
    if upload.is_gone:
        raise UploadGoneError
    return upload
