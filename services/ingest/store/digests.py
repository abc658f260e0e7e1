"""Every query about the digest of a film as its client says it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from ingest.tables import AnnouncementRow, SaidDigestRow


def said_digest(session: Session, clip_id: UUID) -> str | None:
    """What was announced, or else what was said later; None too for a part."""
    announced = session.get(AnnouncementRow, clip_id)
    if announced is None or announced.sha256 is not None:
        return announced and announced.sha256
    later = session.get(SaidDigestRow, clip_id)
    return later and later.sha256


def said_by(session: Session, clip_id: UUID) -> UUID | None:
    """Who said it after the clip was announced; None: whoever announced it, or nobody."""
    later = session.get(SaidDigestRow, clip_id)
    return later and later.said_by


def add_said(session: Session, clip_id: UUID, sha256: str, said_by: UUID, now: datetime) -> None:
    session.add(SaidDigestRow(clip_id=clip_id, sha256=sha256, said_by=said_by, said_at=now))
    session.flush()
