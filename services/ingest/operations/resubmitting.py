"""A film that is kept already is handed in again: an entry that names its original, nothing else.

Only within one agency, and of the same device: whether another has the film is nobody's business,
and the same bytes under another device's number are a contradiction that must stay visible.
"""

from sqlmodel import Session

from common.objects import ObjectMissingError, StoreAwayError
from contracts.ingest import ClipResubmitted
from ingest.domain.announcement import Announcement
from ingest.domain.upload import Upload
from ingest.operations.context import Context
from ingest.store import resubmissions


def is_kept(ctx: Context, upload: Upload, announced: Announcement) -> bool:
    """Whether a film may become an entry without its bytes: the store has the original's.

    Whoever is told so may wipe the last other copy. Asked of the store only about the agency's own.
    """
    if upload.sha256 is None:
        return False
    with ctx.db.snapshot() as session:
        original_id = resubmissions.find_original(session, upload, announced)
    if original_id is None:
        return False
    try:
        return ctx.objects.size_bytes(upload.sha256) == upload.size_bytes
    except (ObjectMissingError, StoreAwayError, OSError):
        return False


def entered(
    ctx: Context, session: Session, upload: Upload, announced: Announcement, *, is_compared: bool
) -> Upload | None:
    """Enter the upload as a re-submission and announce that, if its film is kept already."""
    original_id = resubmissions.find_original(session, upload, announced)
    if original_id is None:
        return None
    resubmissions.add_resubmission(
        session, upload, original_id, ctx.clock.now(), is_compared=is_compared
    )
    resubmitted = ClipResubmitted(
        agency_id=upload.agency_id,
        clip_id=original_id,
        resubmitted_as=upload.clip_id,
        uploaded_by=upload.uploaded_by,
        is_compared=is_compared,
    )
    ctx.outbox.emit(session, resubmitted)
    return upload.resubmitting(original_id)
