"""Films that have arrived are checked, kept and announced; also those a killed process left."""

import logging
from typing import Final

from anyio import to_thread

from common.db import after_commit
from common.loops import Wake
from common.objects import StoreAwayError
from contracts.ingest import ClipQuarantined, ClipStored
from ingest.domain.announcement import Announcement
from ingest.domain.upload import Upload, UploadState
from ingest.operations.context import Context
from ingest.operations.judging import judge
from ingest.operations.law import first_lock
from ingest.store import clips, probing, uploads

KEPT: Final = frozenset({UploadState.STORED, UploadState.QUARANTINED})

logger = logging.getLogger(__name__)


def finish(ctx: Context, upload_id: str) -> Upload:
    """Keep and lock a film whose every byte arrived, then record and announce it. Safe to repeat.

    Object first: one without a record is harmless, a record without its bytes is lost evidence.
    The digest is read from the disk again, not carried along. A film that is not what was announced
    is kept as well, apart: nobody may lose it, and nobody may use it.
    """
    with ctx.db.snapshot() as session:
        upload = uploads.upload(session, upload_id)
    if upload.state is UploadState.RECEIVED:
        sha256 = ctx.spool.digest(upload_id)
        ctx.objects.adopt(ctx.spool.path(upload_id), sha256)
        lock_for = first_lock(ctx, upload.agency_id, upload.clip_id)
        ctx.objects.lock_until(sha256, ctx.clock.now() + lock_for)
        upload = _record(ctx, upload, sha256)
        ctx.spool.remove(upload_id)
    return upload


def _record(ctx: Context, upload: Upload, sha256: str) -> Upload:
    kept = upload.kept(sha256)
    with ctx.db.transaction() as session:
        uploads.advance(session, upload, kept)
        clips.add_clip(session, kept, sha256, ctx.clock.now())
        announced = uploads.announcement(session, upload.clip_id)
        if kept.state is UploadState.STORED:
            ctx.outbox.emit(session, _stored(kept, announced))
            probing.add_unprobed(session, kept.clip_id)
            after_commit(session, ctx.unprobed.set)
        else:
            ctx.outbox.emit(session, _quarantined(kept, announced, sha256))
        judge(ctx, session, kept.clip_id)
    return kept


def _stored(upload: Upload, announced: Announcement) -> ClipStored:
    return ClipStored(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        sha256=announced.sha256,
        size_bytes=upload.offset,
        carrier=announced.carrier,
        recorded_start=announced.recorded_start,
        recorded_end=announced.recorded_end,
        filmed_by=announced.filmed_by,
        uploaded_by=upload.uploaded_by,
        unit_id=announced.unit_id,
    )


def _quarantined(upload: Upload, announced: Announcement, sha256: str) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        announced_sha256=announced.sha256,
        received_sha256=sha256,
        uploaded_by=upload.uploaded_by,
    )


class Finaliser:
    """The loop that finishes what no request does: its process died, or the store was away."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._idle = Wake()
        self._swept = False

    async def step(self, wait_s: float = 0) -> int:
        """Finish what lies there, and say how many it was. One that cannot be stops no other.

        Raises:
            StoreAwayError: none can be now.
        """
        if not self._swept:
            await to_thread.run_sync(self._sweep)
            self._swept = True
        done = 0
        for upload_id in await to_thread.run_sync(self._left_over):
            if not self._ctx.finishing.is_taken(upload_id):  # a request is at it
                done += await self._finish(upload_id)
        if not done:
            await self._idle.pause(wait_s)
        return done

    async def _finish(self, upload_id: str) -> bool:
        try:
            async with self._ctx.finishing.take(upload_id):
                await to_thread.run_sync(finish, self._ctx, upload_id)
        except StoreAwayError:
            raise
        except Exception:
            logger.exception("upload cannot be finished", extra={"upload_id": upload_id})
            return False
        return True

    def _left_over(self) -> list[str]:
        with self._ctx.db.snapshot() as session:
            return list(uploads.received(session))

    def _sweep(self) -> None:
        """Remove the names of films that were kept or ended just before a process died."""
        for upload_id in self._ctx.spool.uploads():
            with self._ctx.db.snapshot() as session:
                upload = uploads.find_upload(session, upload_id)
            if upload and (upload.is_gone or upload.state in KEPT):
                self._remove(upload_id)

    def _remove(self, upload_id: str) -> None:
        try:
            self._ctx.spool.remove(upload_id)
        except OSError:  # only room is lost by it, and no film may wait for that
            logger.exception("kept film stays in the spool", extra={"upload_id": upload_id})
