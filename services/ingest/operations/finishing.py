"""Films that have arrived are checked, kept and announced; also those a killed process left."""

from sqlmodel import Session

from common.db import after_commit
from common.objects import Locked
from contracts.ingest import ClipDoubtEnded, ClipQuarantined, ClipStored
from ingest.domain.clip import Original
from ingest.domain.device_clocks import MS
from ingest.domain.keeping import Proof
from ingest.domain.upload import Upload, UploadState
from ingest.operations import keeping
from ingest.operations.context import Context
from ingest.operations.digesting import digest_of_whole
from ingest.operations.judging import judge, judge_alike
from ingest.operations.keeping import NotProvedError
from ingest.operations.locking import note_lock
from ingest.operations.resubmitting import entered
from ingest.store import clips, probing, subjects, uploads
from ingest.store import keeping as keeping_store


def finish(ctx: Context, upload_id: str) -> Upload:
    """Keep and lock a film whose every byte arrived, then record and announce it. Safe to repeat.

    Object first: one without a record is harmless, a record without its bytes is lost evidence.
    The digest is the running one, made while the bytes came. Where the client has not said what it
    should be, the film is kept as it came, and announced as unconfirmed (ADR 0024).
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
    sha256 = digest_of_whole(ctx, upload)
    try:
        placed = keeping.place(ctx, upload, sha256)
        proof = keeping.prove(ctx, upload, sha256, placed)
        has = keeping.lock(ctx, upload, sha256, placed)
    except NotProvedError as error:
        keeping.note(ctx, upload, error)
        raise
    upload = _record(ctx, upload, sha256, proof, has)
    ctx.spool.remove(upload_id)
    return upload


def _record(ctx: Context, upload: Upload, sha256: str, proof: Proof, has: Locked | None) -> Upload:
    with ctx.db.transaction() as session:
        # Read anew: its client may have said the digest while the film was placed.
        kept = uploads.upload(session, upload.upload_id).kept(sha256)
        announced = uploads.announcement(session, upload.clip_id)
        was_doubted = keeping_store.settle(session, upload.upload_id)
        if kept.state is UploadState.STORED:
            entry = entered(ctx, session, kept, announced, is_compared=True)
            if entry:
                uploads.advance(session, upload, entry)
                if was_doubted:
                    ctx.outbox.emit(session, _doubt_ended(entry))
                _note_lock(ctx, session, entry, sha256, has)
                judge(ctx, session, upload.clip_id)
                return entry
        uploads.advance(session, upload, kept)
        clips.add_clip(session, kept, sha256, ctx.clock.now(), proof)
        if kept.sha256 is None or kept.sha256 == sha256:
            ctx.outbox.emit(session, stored_event(session, kept, sha256, proof))
            probing.add_unprobed(session, kept.clip_id)
            after_commit(session, ctx.unprobed.set)
        else:
            ctx.outbox.emit(session, _quarantined(kept, kept.sha256, sha256))
        _note_lock(ctx, session, kept, sha256, has)
        judge(ctx, session, kept.clip_id)
        judge_alike(ctx, session, kept.clip_id)
    return kept


def _note_lock(
    ctx: Context, session: Session, kept: Upload, sha256: str, has: Locked | None
) -> None:
    """Record the first lock; of a film that was handed in again, as its original's."""
    if has:
        clip_id = kept.original_id or kept.clip_id
        note_lock(ctx, session, Original(kept.agency_id, clip_id, sha256, has.version), has)


def _doubt_ended(entry: Upload) -> ClipDoubtEnded:
    if entry.original_id is None:
        raise ValueError("an entry names its original")
    return ClipDoubtEnded(
        agency_id=entry.agency_id, clip_id=entry.clip_id, original_id=entry.original_id
    )


def stored_event(session: Session, upload: Upload, sha256: str, proof: Proof) -> ClipStored:
    """Everything that is told of a film when it may be used from now on."""
    announced = uploads.announcement(session, upload.clip_id)
    subject = subjects.find_subject(session, upload.clip_id)
    ahead = subject and subject.clocks.ahead()
    return ClipStored(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        sha256=sha256,
        size_bytes=upload.offset,
        carrier=announced.carrier,
        recorded_start=announced.recorded_start,
        recorded_end=announced.recorded_end,
        filmed_by=announced.filmed_by,
        uploaded_by=upload.uploaded_by,
        unit_id=announced.unit_id,
        read_back_sha256=proof.sha256,
        read_back_bytes=proof.size_bytes,
        digest_unconfirmed=upload.sha256 is None,
        recorded_start_from=announced.recorded_start_from,
        recorded_end_from=announced.recorded_end_from,
        recorded_ahead_ms=None if ahead is None else ahead // MS,
    )


def _quarantined(upload: Upload, said: str, sha256: str) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        announced_sha256=said,
        received_sha256=sha256,
        uploaded_by=upload.uploaded_by,
    )
