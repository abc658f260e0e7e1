"""Films that have arrived are checked, kept and announced; also those a killed process left."""

import logging
from datetime import timedelta
from typing import Final

from anyio import to_thread

from common.db import after_commit
from common.loops import Wake
from common.objects import StoreAwayError
from contracts.ingest import ClipQuarantined, ClipStored
from ingest.domain.announcement import Announcement
from ingest.domain.keeping import Proof
from ingest.domain.upload import Upload, UploadState
from ingest.operations import keeping
from ingest.operations.context import Context
from ingest.operations.keeping import NotProvedError
from ingest.store import clips, probing, uploads
from ingest.store import keeping as keeping_store

KEPT: Final = frozenset({UploadState.STORED, UploadState.QUARANTINED})

UNFINISHED_KEPT: Final = timedelta(days=7)
"""Longer than a store is ever away, shorter than what it keeps becomes a matter of money."""
TIDIED_EVERY: Final = timedelta(days=1)

logger = logging.getLogger(__name__)


def finish(ctx: Context, upload_id: str) -> Upload:
    """Keep and lock a film whose every byte arrived, then record and announce it. Safe to repeat.

    Object first: one without a record is harmless, a record without its bytes is lost evidence.
    Each step may be repeated, whatever of it a killed process did. A film that is not what was
    announced is kept as well, apart: nobody may lose it, and nobody may use it.

    Raises:
        NotProvedError: noted; the film stays in the spool and is placed again.
    """
    with ctx.db.snapshot() as session:
        upload = uploads.upload(session, upload_id)
        is_due = keeping_store.is_due(session, upload_id, ctx.clock.now())
    if upload.state is not UploadState.RECEIVED or not is_due:
        return upload
    sha256 = ctx.spool.digest(upload_id)
    try:
        placed = keeping.place(ctx, upload, sha256)
        proof = keeping.prove(ctx, upload, sha256, placed)
        keeping.lock(ctx, sha256, placed)
    except NotProvedError as error:
        keeping.note(ctx, upload, error)
        raise
    upload = _record(ctx, upload, sha256, proof)
    ctx.spool.remove(upload_id)
    return upload


def _record(ctx: Context, upload: Upload, sha256: str, proof: Proof) -> Upload:
    kept = upload.kept(sha256)
    with ctx.db.transaction() as session:
        uploads.advance(session, upload, kept)
        clips.add_clip(session, kept, sha256, ctx.clock.now(), proof)
        keeping_store.settle(session, upload.upload_id)
        announced = uploads.announcement(session, upload.clip_id)
        if kept.state is UploadState.STORED:
            ctx.outbox.emit(session, _stored(kept, announced, proof))
            probing.add_unprobed(session, kept.clip_id)
            after_commit(session, ctx.unprobed.set)
        else:
            ctx.outbox.emit(session, _quarantined(kept, announced, sha256))
    return kept


def _stored(upload: Upload, announced: Announcement, proof: Proof) -> ClipStored:
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
        read_back_sha256=proof.sha256,
        read_back_bytes=proof.size_bytes,
    )


def _quarantined(upload: Upload, announced: Announcement, sha256: str) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        announced_sha256=announced.sha256,
        received_sha256=sha256,
        uploaded_by=upload.uploaded_by,
    )


def forget_unfinished(ctx: Context) -> None:
    """Have the store let go of what was begun to be sent and is not gone on with by anybody.

    Of a film that was placed nothing is left; of one whose spool was lost something may be.
    """
    forgotten = ctx.objects.forget_unfinished(ctx.clock.now() - UNFINISHED_KEPT)
    if forgotten:
        logger.warning("unfinished objects were forgotten", extra={"number": forgotten})


class Finaliser:
    """The loop that finishes what no request does: its process died, or the store was away."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._idle = Wake()
        self._swept = False
        self._tidy_at = ctx.clock.now()

    async def step(self, wait_s: float = 0) -> int:
        """Finish what lies there, and say how many it was. One that cannot be stops no other.

        Raises:
            StoreAwayError: none can be now.
        """
        if not self._swept:
            await to_thread.run_sync(self._sweep)
            self._swept = True
        if self._ctx.clock.now() >= self._tidy_at:
            await to_thread.run_sync(forget_unfinished, self._ctx)
            self._tidy_at = self._ctx.clock.now() + TIDIED_EVERY
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
        except NotProvedError:  # noted
            return False
        except Exception:
            logger.exception("upload cannot be finished", extra={"upload_id": upload_id})
            return False
        return True

    def _left_over(self) -> list[str]:
        with self._ctx.db.snapshot() as session:
            return list(keeping_store.due(session, self._ctx.clock.now()))

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
