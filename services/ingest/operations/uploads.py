"""Films arrive: received with every acknowledged byte durable, and kept at the end."""

import logging
from collections.abc import AsyncGenerator
from contextlib import ExitStack, asynccontextmanager, closing, suppress
from functools import partial
from typing import Final, NoReturn

import anyio
from anyio import CancelScope, to_thread

from common.auth import Requester
from common.fence import anywhere
from common.objects import StoreAwayError
from ingest.adapters.pace import Pace
from ingest.adapters.turns import giving_way, is_over
from ingest.domain.upload import Upload, UploadState, is_id, replica_of
from ingest.errors import (
    AccountClosedError,
    ConnectionCutError,
    DigestConflictError,
    DigestDiffersError,
    EndingError,
    JoinedError,
    LengthInvalidError,
    MoreThanAnnouncedError,
    NotReadHereError,
    OffsetDiffersError,
    SpoolLostError,
    UploadGoneError,
    UploadInterruptedError,
    UploadUnknownError,
)
from ingest.operations.context import Context
from ingest.operations.digesting import alarmed
from ingest.operations.finishing import finish
from ingest.operations.intake import Body, Chunk, Intake, size_limit
from ingest.operations.keeping import NotProvedError
from ingest.operations.people import expect_standing
from ingest.operations.room import expect_promise
from ingest.operations.stranded import expect_bytes_here, is_stranded
from ingest.store import people, uploads
from ingest.store.uploads import LostTurnError

COMMIT_S: Final = 5
"""How long a client that sends slowly may wait for a commit point."""
TAKE_OVER_S: Final = 20
"""How long another process may take to let go of an upload that it reads."""

logger = logging.getLogger(__name__)


async def resume(ctx: Context, who: Requester, upload_id: str) -> Upload:
    """Where the client goes on. Ends the reading of an older request, after what it has received.

    A film that has arrived is also kept before this returns, unless the store is away, or another
    request is at it.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    async with _turn(ctx, who, upload_id) as reading:
        upload = await _mine(ctx, who, upload_id, reading)
    if ctx.finishing.is_taken(upload_id):
        return upload  # it is being kept; how long that takes is the store's affair
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
        DigestConflictError: the client says another digest of the film than before.
        LengthInvalidError: the length that is said only now cannot be.
        MoreThanAnnouncedError: the bytes go past the announced length.
        BusyError: as many are read as may be at once; of this one nothing was.
        UploadInterruptedError: a newer request took over, or the client is silent or too slow.
        EndingError: this process was told to end.
        ChecksumDiffersError: these are not the bytes of the checksum; none of them counts.
        NoRoomError: the disk is full, or what is left of it promised to others.
        SpoolFaultError, SpoolLostError: the disk fails or has lost bytes; alarmed.
        UploadBusyError: another process receives it.
        NotSignedInError, AccountClosedError: the film would be complete, but not by this person any
            more; recorded.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    async with _turn(ctx, who, upload_id) as reading:
        upload = await _mine(ctx, who, upload_id, reading)
        if upload.concat and not upload.is_part:
            raise JoinedError
        if chunk.sha256 not in {None, upload.sha256}:
            raise DigestConflictError
        end = chunk.offset + (chunk.length or 0)
        is_repeated = upload.offset == upload.size_bytes == end
        if chunk.offset != upload.offset and not is_repeated:
            raise OffsetDiffersError(upload.offset)
        if chunk.total is not None:
            declare = partial(_declare, ctx, who, upload, chunk.total, is_last=chunk.is_last)
            upload = await to_thread.run_sync(declare)
        if end > size_limit(ctx, upload):
            raise MoreThanAnnouncedError
        if upload.state is UploadState.RECEIVING:
            await to_thread.run_sync(expect_promise, ctx, upload)
            with ctx.bodies.one():
                upload = await _receive(ctx, who, upload, chunk, reading)
    return await finished(ctx, upload)


async def declare(ctx: Context, who: Requester, upload_id: str, size_bytes: int) -> Upload:
    """Keep how long an upload is whose client knows that by now, and that it is all.

    In its turn, like everything that moves an upload.

    Raises:
        UploadUnknownError, UploadGoneError: it ended meanwhile.
        LengthInvalidError: the length cannot be.
        DigestDiffersError: the film is complete and is not what was announced.
    """
    async with _turn(ctx, who, upload_id) as reading:
        upload = await _mine(ctx, who, upload_id, reading)
        upload = await to_thread.run_sync(_declare, ctx, who, upload, size_bytes)
    return await finished(ctx, upload)


@asynccontextmanager
async def _turn(ctx: Context, who: Requester, upload_id: str) -> AsyncGenerator[CancelScope]:
    """Our turn at an upload among the requests of this process; whoever reads does it in the scope.

    Raises: as `own`.
    """
    if ctx.receiving.is_taken(upload_id):
        await to_thread.run_sync(own, ctx, who, upload_id)  # a stranger ends no reading
    async with ctx.receiving.take(upload_id) as reading:
        yield reading


async def _mine(ctx: Context, who: Requester, upload_id: str, reading: CancelScope) -> Upload:
    """An upload whose turn is ours, once no other process on this spool writes it either.

    Where one hangs and does not let go, as it is: only who has the file may write (ADR 0026).

    Raises:
        UploadInterruptedError: a newer request came meanwhile.
        EndingError: this process was told to end.
        AppError: as `own`.
    """
    upload = await to_thread.run_sync(own, ctx, who, upload_id)
    if upload.state is not UploadState.RECEIVING:
        return upload
    with await to_thread.run_sync(ctx.spool.ask, upload_id) as asked:
        if not asked.is_let_go():
            with anyio.move_on_after(TAKE_OVER_S):
                await asked.let_go(lambda: is_over(reading))
            if is_over(reading):
                raise (EndingError if ctx.receiving.is_ending else UploadInterruptedError)(
                    upload.offset
                )
            return await to_thread.run_sync(own, ctx, who, upload_id)
        if await to_thread.run_sync(_has_moved, ctx, upload):
            return await to_thread.run_sync(own, ctx, who, upload_id)
    return upload


def _has_moved(ctx: Context, upload: Upload) -> bool:
    with ctx.db.snapshot() as session:
        now = uploads.where_is(session, upload.upload_id)
    return now != (upload.offset, upload.state, upload.size_bytes)


def _declare(
    ctx: Context, who: Requester, upload: Upload, size_bytes: int, *, is_last: bool = True
) -> Upload:
    """Keep how long an upload is whose client did not know it before (tus 1.0, "Upload-Length").

    Raises:
        LengthInvalidError: less than has come, more than may, or another than was said before.
    """
    if upload.size_bytes == size_bytes and not (upload.awaits_word and is_last):
        return upload
    fits = max(upload.offset, 1) <= size_bytes <= ctx.settings.clip_size_max_bytes
    if upload.size_bytes not in {None, size_bytes} or not fits:
        raise LengthInvalidError
    declared = upload.declared(size_bytes, is_last=is_last)
    with ExitStack() as stack:
        if declared.state is not upload.state:
            stack.enter_context(closing(Intake(ctx, who, upload))).cut_off()
        try:
            with ctx.recording(who), ctx.db.transaction() as session:
                if declared.state is not upload.state:
                    expect_standing(ctx, session, who, upload)
                uploads.advance(session, upload, declared)
        except LostTurnError as error:  # another process has moved it
            raise UploadInterruptedError(own(ctx, who, upload.upload_id).offset) from error
    return declared


async def _receive(
    ctx: Context, who: Requester, upload: Upload, chunk: Chunk, reading: CancelScope
) -> Upload:
    taken_in = partial(Intake, ctx, who, upload, chunk.checksum, is_last=chunk.is_last)
    intake = await to_thread.run_sync(taken_in)
    try:
        return await _taken_in(ctx, intake, chunk, reading)
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(intake.close)


async def _taken_in(ctx: Context, intake: Intake, chunk: Chunk, reading: CancelScope) -> Upload:
    pace = Pace(ctx.settings.body_rate_min_bytes_per_s, ctx.settings.body_rate_window_s)
    heard = giving_way(reading, lambda: intake.is_asked_for)
    with reading, pace.scope, suppress(ConnectionCutError), heard:
        await _read(chunk.body, intake, pace)
    # Whatever ended the reading: what has arrived need not be sent again.
    await to_thread.run_sync(intake.take, chunk.body.here())
    await to_thread.run_sync(intake.commit)
    if reading.cancelled_caught and ctx.receiving.is_ending:
        raise EndingError(intake.upload.offset)
    if reading.cancelled_caught or pace.scope.cancelled_caught:
        raise UploadInterruptedError(intake.upload.offset)
    return await to_thread.run_sync(intake.finish)


async def _read(body: Body, intake: Intake, pace: Pace) -> None:
    committed_at = anyio.current_time()
    while await body.more():
        before = intake.written
        with pace.resting():
            await to_thread.run_sync(intake.take, body.here())
            if anyio.current_time() - committed_at >= COMMIT_S:
                await to_thread.run_sync(intake.commit)
                committed_at = anyio.current_time()
        pace.came(intake.written - before)


async def finished(ctx: Context, upload: Upload) -> Upload:
    """Keep a film that is complete, now if the store answers: its bytes are durable as it is.

    Raises:
        DigestDiffersError: it is not what was announced.
    """
    if upload.state is UploadState.RECEIVED:
        try:
            async with ctx.finishing.take(upload.upload_id):
                upload = await to_thread.run_sync(
                    finish, ctx, upload.upload_id, limiter=ctx.keeping
                )
        except (StoreAwayError, NotProvedError):
            logger.warning("film waits for the store", extra={"upload_id": upload.upload_id})
        except (LostTurnError, SpoolLostError) as error:
            upload = await to_thread.run_sync(_kept_elsewhere, ctx, upload, error)
    if upload.state is UploadState.QUARANTINED:
        raise DigestDiffersError
    return upload


def _kept_elsewhere(ctx: Context, upload: Upload, error: Exception) -> Upload:
    """The upload as another process has kept it meanwhile; otherwise it was `error`."""
    with ctx.db.snapshot() as session:
        now = uploads.upload(session, upload.upload_id)
    if now.state is UploadState.RECEIVED:
        with alarmed(upload):
            raise error
    return now


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
        ElsewhereError: its bytes lie in the spool of another replica, which looks into the rest.
        AccountClosedError: the requester's token outlives the account; recorded.
        UploadUnknownError: unknown, or another agency's; recorded.
        UploadGoneError: it was ended before it was complete, or nothing of it had come to a replica
            that is gone.
        ReplicaAwayError: that replica is not one of those that this process was told of.
    """
    if is_id(upload_id):
        ctx.expect_here(replica_of(upload_id))
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
    if upload.is_gone or is_stranded(ctx, upload):
        raise UploadGoneError
    expect_bytes_here(ctx, upload)
    return upload
