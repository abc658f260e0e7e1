"""Every query about clips that were handed in more than once."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from ingest.domain.announcement import Announcement
from ingest.domain.upload import Upload, UploadState
from ingest.tables import AnnouncementRow, ClipRow, ResubmissionRow, UnprobedRow


def find_original(session: Session, upload: Upload, announced: Announcement) -> UUID | None:
    """The first kept clip of the agency with this digest and device, if its bytes can be opened."""
    lost = select(UnprobedRow.clip_id).where(col(UnprobedRow.unavailable_at).is_not(None))
    query = (
        select(ClipRow.clip_id)
        .join(AnnouncementRow, col(AnnouncementRow.clip_id) == col(ClipRow.clip_id))
        .where(
            col(ClipRow.agency_id) == upload.agency_id,
            col(ClipRow.sha256) == announced.sha256,
            col(ClipRow.size_bytes) == upload.size_bytes,
            col(ClipRow.state) == UploadState.STORED,
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
