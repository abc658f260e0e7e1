"""A film's digest is said after the film was announced: while it comes, or when it is kept."""

from sqlmodel import Session

from common.auth import Requester
from contracts.ingest import ClipDigestConfirmed, ClipQuarantined
from ingest.domain.upload import Upload, UploadState
from ingest.errors import DigestConflictError, DigestDiffersError, UploadGoneError
from ingest.operations.context import Context
from ingest.operations.judging import judge, judge_alike
from ingest.operations.uploads import own
from ingest.store import digests, uploads


def say(ctx: Context, who: Requester, upload_id: str, sha256: str) -> Upload:
    """Keep what a film's client says its SHA-256 is. Said once, repeated at will.

    A film that is on its way is compared when it is complete. One that is kept is compared now: its
    flag is lifted, or it is kept apart from now on, and either is announced.

    Raises:
        UploadUnknownError, UploadGoneError, AccountClosedError: as for every request.
        DigestConflictError: another digest was said before, or it is a part of a film.
        DigestDiffersError: other bytes are kept; nobody may use them.
    """
    own(ctx, who, upload_id)
    with ctx.db.transaction() as session:
        before = uploads.find_upload(session, upload_id)
        if before is None or before.is_gone:  # it ended meanwhile
            raise UploadGoneError
        after = _said(ctx, session, who, before, sha256)
    if after.state is UploadState.QUARANTINED:
        raise DigestDiffersError
    return after


def said_with(ctx: Context, who: Requester, upload: Upload, sha256: str | None) -> Upload:
    """The upload after a repeated announcement, which may know the digest by now.

    Raises:
        DigestDiffersError: as of `say`.
    """
    if sha256 is None or upload.sha256 is not None:
        return upload
    return say(ctx, who, upload.upload_id, sha256)


def _said(ctx: Context, session: Session, who: Requester, before: Upload, sha256: str) -> Upload:
    if before.sha256 == sha256:
        return before
    if not before.awaits_digest:
        raise DigestConflictError
    after = before.told(sha256)
    digests.add_said(session, before.clip_id, sha256, who.subject, ctx.clock.now())
    if before.kept_as is None:
        return after
    if before.kept_as == sha256:
        ctx.outbox.emit(session, _confirmed(before, who, sha256))
    else:
        uploads.advance(session, before, after)
        ctx.outbox.emit(session, _quarantined(before, who, sha256, before.kept_as))
        judge(ctx, session, before.clip_id)
        judge_alike(ctx, session, before.clip_id)
    return after


def _confirmed(upload: Upload, who: Requester, sha256: str) -> ClipDigestConfirmed:
    return ClipDigestConfirmed(
        agency_id=upload.agency_id, clip_id=upload.clip_id, sha256=sha256, said_by=who.subject
    )


def _quarantined(upload: Upload, who: Requester, said: str, kept_as: str) -> ClipQuarantined:
    return ClipQuarantined(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        announced_sha256=said,
        received_sha256=kept_as,
        uploaded_by=upload.uploaded_by,
        said_by=who.subject,
    )
