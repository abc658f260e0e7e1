"""Whether a film may come in under an id that is spoken of already."""

from sqlmodel import Session

from common.service import RefusedError
from ingest.domain.announcement import Announcement
from ingest.errors import OffsiteDiffersError
from ingest.store import offsite


def check_may_come(session: Session, announced: Announcement, size_bytes: int | None) -> None:
    """Only the very recording comes in under the id of one that lies outside.

    Raises:
        RefusedError: with `OffsiteDiffersError`.
    """
    entry = offsite.find_clip(session, announced.clip_id)
    unlike = entry.differences(announced, size_bytes) if entry else ()
    if unlike:
        raise RefusedError(OffsiteDiffersError(unlike), announced.clip_id)
