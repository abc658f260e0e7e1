"""Whether a film may come in under an id that is spoken of already."""

from uuid import UUID

from sqlmodel import Session

from common.service import RefusedError
from ingest.domain.announcement import Announcement
from ingest.errors import OffsiteDiffersError, StateSecretError
from ingest.store import offsite, pointers, uploads


def check_may_come(session: Session, announced: Announcement, size_bytes: int | None) -> None:
    """Only the very recording comes in under the id of one that lies outside, and no state secret.

    Raises:
        RefusedError: with `OffsiteDiffersError`, or with `StateSecretError` where a pointer says
            what it is, whatever the announcement says.
    """
    if pointers.find_pointer(session, announced.clip_id):
        raise RefusedError(StateSecretError(), announced.clip_id)
    entry = offsite.find_clip(session, announced.clip_id)
    unlike = entry.differences(announced, size_bytes) if entry else ()
    if unlike:
        raise RefusedError(OffsiteDiffersError(unlike), announced.clip_id)


def is_announced(session: Session, clip_id: UUID) -> bool:
    """Whether the bytes are here or on their way. One that was given up is neither."""
    upload = uploads.find_upload_of(session, clip_id)
    return upload is not None and not upload.is_gone
