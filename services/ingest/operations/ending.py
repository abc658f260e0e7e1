"""Uploads end before they are complete: terminated by who began them, or expired."""

from typing import Final, Literal

from anyio import to_thread
from sqlmodel import Session

from common.auth import Requester
from common.loops import Wake
from contracts.ingest import UploadEnded
from ingest.domain.upload import Upload, UploadState
from ingest.errors import NotUploaderError, UploadFinishedError, UploadGoneError
from ingest.operations.context import Context
from ingest.operations.judging import judge
from ingest.operations.uploads import own
from ingest.store import uploads
from ingest.store.uploads import LostTurnError

BATCH_MAX: Final = 100
Reason = Literal["terminated", "expired"]


async def terminate(ctx: Context, who: Requester, upload_id: str) -> None:
    """End an upload that is not complete, for who began it; its bytes are removed.

    Raises:
        UploadUnknownError: unknown, or another agency's.
        UploadGoneError: it was ended before.
        NotUploaderError: somebody else of the agency began it; recorded.
        UploadFinishedError: every byte has arrived; recorded.
    """
    await to_thread.run_sync(own, ctx, who, upload_id)
    async with ctx.receiving.take(upload_id):
        await to_thread.run_sync(_terminate, ctx, who, upload_id)


def _terminate(ctx: Context, who: Requester, upload_id: str) -> None:
    upload = own(ctx, who, upload_id)
    if upload.uploaded_by != who.subject:
        raise ctx.refuse(who, NotUploaderError(), upload.clip_id)
    if not upload.is_unfinished:
        raise ctx.refuse(who, UploadFinishedError(), upload.clip_id)
    try:
        _end(ctx, upload, UploadState.TERMINATED, "terminated")
    except LostTurnError as error:  # it was joined to others at this moment
        raise UploadGoneError from error


def terminate_part(ctx: Context, part: Upload) -> None:
    """End a part that is not to become a film.

    Raises:
        LostTurnError: it moved or ended at this moment.
    """
    _end(ctx, part, UploadState.TERMINATED, "terminated")


def begin_anew(ctx: Context, session: Session, before: Upload, upload: Upload) -> None:
    """Put `upload` in the place of one of the same clip that was ended, or ends by this.

    Raises:
        LostTurnError: it moved or ended at this moment.
    """
    if not before.is_gone:
        _record(ctx, session, before, UploadState.TERMINATED, "terminated")
    uploads.begin_anew(session, before, upload, ctx.ids.new())


def _end(ctx: Context, upload: Upload, state: UploadState, reason: Reason) -> None:
    """Record first, then remove: the file of an ended upload is swept away at the next start."""
    with ctx.db.transaction() as session:
        _record(ctx, session, upload, state, reason)
        judge(ctx, session, upload.clip_id)
    ctx.spool.remove(upload.upload_id)


def _record(
    ctx: Context, session: Session, upload: Upload, state: UploadState, reason: Reason
) -> None:
    ended = UploadEnded(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        uploaded_by=upload.uploaded_by,
        reason=reason,
        received_bytes=upload.offset,
        announced_bytes=upload.size_bytes,
    )
    uploads.advance(session, upload, upload.ended(state))
    ctx.outbox.emit(session, ended)


class Reaper:
    """The loop that ends uploads to which nothing came for as long as the setting says.

    Each replica ends its own, and the first one also those of replicas that were taken away.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._idle = Wake()

    async def step(self, wait_s: float = 0) -> int:
        """End those that are due, and say how many it was."""
        done = 0
        for upload_id in await to_thread.run_sync(self._due):
            if self._ctx.receiving.is_taken(upload_id):  # it moves again
                continue
            async with self._ctx.receiving.take(upload_id):
                done += await to_thread.run_sync(self._expire, upload_id)
        if not done:
            await self._idle.pause(wait_s)
        return done

    def _due(self) -> list[str]:
        replica = self._ctx.settings.replica
        since = self._ctx.clock.now() - self._ctx.settings.unfinished_kept
        with self._ctx.db.snapshot() as session:
            due = list(uploads.not_moved_since(session, replica, since, BATCH_MAX))
            if replica == 0:  # it is always there
                count = self._ctx.replica_count
                due += uploads.stranded_since(session, count, since, BATCH_MAX)
        return due

    def _expire(self, upload_id: str) -> bool:
        with self._ctx.db.snapshot() as session:
            upload = uploads.find_upload(session, upload_id)
        since = self._ctx.clock.now() - self._ctx.settings.unfinished_kept
        if upload is None or not upload.is_unfinished or upload.moved_at >= since:
            return False
        try:
            _end(self._ctx, upload, UploadState.EXPIRED, "expired")
        except LostTurnError:  # it was joined to others at this moment
            return False
        return True
