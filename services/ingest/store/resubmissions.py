"""Every query about clips that were handed in more than once."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from ingest.domain.announcement import Announcement
from ingest.domain.upload import Upload
from ingest.tables import (
    AnnouncementRow,
    ClipRow,
    ResubmissionRow,
    SaidDigestRow,
    UnprobedRow,
)


def find_original(session: Session, upload: Upload, announced: Announcement) -> UUID | None:
    """The first kept clip of the agency with this digest and device, if its bytes can be opened.

    Of both it must have been said what they are: nobody can say otherwise any more.
    """
    if upload.sha256 is None:
        return None
    lost = select(UnprobedRow.clip_id).where(col(UnprobedRow.unavailable_at).is_not(None))
    query = (
        select(ClipRow.clip_id)
        .join(AnnouncementRow, col(AnnouncementRow.clip_id) == col(ClipRow.clip_id))
        .outerjoin(SaidDigestRow, col(SaidDigestRow.clip_id) == col(ClipRow.clip_id))
        .where(
            col(ClipRow.agency_id) == upload.agency_id,
            col(ClipRow.sha256) == upload.sha256,
            col(ClipRow.size_bytes) == upload.size_bytes,
            func.coalesce(AnnouncementRow.sha256, SaidDigestRow.sha256) == ClipRow.sha256,
            col(AnnouncementRow.device_no) == announced.device_no,
            col(ClipRow.clip_id).not_in(lost),
        )
        .order_by(col(ClipRow.kept_at), col(ClipRow.clip_id))
        .limit(1)
    )
    return session.exec(query).first()


def add_resubmission(
    session: Session, upload: Upload, original_id: UUID, now: datetime, *, is_compared: bool
) -> None:
    session.add(
        ResubmissionRow(
            clip_id=upload.clip_id,
            agency_id=upload.agency_id,
            original_id=original_id,
            is_compared=is_compared,
            resubmitted_at=now,
        )
    )


def original_of(session: Session, clip_id: UUID) -> UUID | None:
    """The kept clip of which this one is a re-submission."""
    entry = session.get(ResubmissionRow, clip_id)
    return entry and entry.original_id
