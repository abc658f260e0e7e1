"""What is known of a kept clip, and until when its bytes may not be removed."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.db import after_commit
from common.fence import anywhere
from contracts.retention import ClipScheduled
from ingest.domain.clip import Clip
from ingest.errors import ClipUnknownError
from ingest.operations.context import Context
from ingest.store import clips, locks, subjects


@dataclass(frozen=True)
class Known:
    """A kept clip, and what speaks against what its device claims of it."""

    clip: Clip
    ahead: timedelta | None
    """By how much the device claims, at the least, that it ended after it was told of."""


def look_up(ctx: Context, who: Requester, clip_id: UUID) -> Known:
    """A clip of the requester's own agency.

    Raises:
        ClipUnknownError: unknown, not kept yet, or another agency's. Recorded.
    """
    with ctx.db.snapshot() as session:
        clip = anywhere(session, clips.find_clip, clip_id)
        subject = anywhere(session, subjects.find_subject, clip_id)
    if clip is None or clip.agency_id != who.agency_id:
        raise ctx.refuse(who, ClipUnknownError(), clip_id, clip and clip.agency_id)
    return Known(clip, subject and subject.clocks.ahead())


def extend_lock(ctx: Context, session: Session, event: ClipScheduled) -> None:
    """Follow a schedule, but never to an earlier day: several cases may need the same clip.

    The store follows later: no network within a transaction.
    """
    lock = locks.find_lock(session, event.clip_id)
    extended = lock.extended(event.keep_until)
    if extended != lock:
        locks.set_lock(session, event.clip_id, extended)
        after_commit(session, ctx.relocked.set)
