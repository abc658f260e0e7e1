"""Every query about what people found of films that were quarantined."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from ingest.domain.reviewing import Disputed, Finding, Review
from ingest.store.digests import said_by, said_digest
from ingest.tables import ClipRow, QuarantineReviewRow


def add_review(session: Session, clip_id: UUID, review: Review) -> None:
    before = select(func.count()).where(col(QuarantineReviewRow.clip_id) == clip_id)
    place = session.exec(before).one() + 1
    session.add(QuarantineReviewRow(clip_id=clip_id, place=place, **vars(review)))
    session.flush()


def reviews_of(session: Session, clip_id: UUID) -> Sequence[Review]:
    """What people found of a clip, the oldest first."""
    rows = session.exec(
        select(QuarantineReviewRow)
        .where(QuarantineReviewRow.clip_id == clip_id)
        .order_by(col(QuarantineReviewRow.place))
    )
    return [_review(row) for row in rows]


def find_disputed(session: Session, clip_id: UUID) -> Disputed | None:
    """A kept clip with what was said of its digest; None while its bytes are not kept."""
    clip = session.get(ClipRow, clip_id)
    if clip is None:
        return None
    return Disputed(
        clip_id=clip_id,
        sha256=clip.sha256,
        said_sha256=said_digest(session, clip_id),
        said_by=said_by(session, clip_id),
        reviews=reviews_of(session, clip_id),
    )


def _review(row: QuarantineReviewRow) -> Review:
    return Review(
        review_id=row.review_id,
        finding=Finding(row.finding),
        reason=row.reason,
        reviewed_by=row.reviewed_by,
        reviewed_at=row.reviewed_at,
        replaced_by=row.replaced_by,
    )
