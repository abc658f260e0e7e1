"""A film goes from the spool into the store, and is proved there before anybody is told."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from common.objects import (
    Locked,
    LockNotTakenError,
    ObjectDiffersError,
    ObjectLockedError,
    ObjectMissingError,
    Placed,
    Seen,
)
from contracts.ingest import ClipDoubted
from ingest.domain.keeping import Doubt, Proof, is_in_sample
from ingest.domain.upload import Upload
from ingest.operations.context import Context
from ingest.operations.law import first_lock
from ingest.store import keeping

logger = logging.getLogger(__name__)


class NotProvedError(Exception):
    """What the store has of a film is not what was placed there; it is not said to be kept."""

    def __init__(self, sha256: str, doubt: Doubt, seen: Seen | None = None) -> None:
        super().__init__(doubt)
        self.sha256 = sha256
        self.doubt = doubt
        self.seen = seen
        """What the store gave back, if it did."""


@dataclass(frozen=True)
class Keeping:
    """How originals are kept."""

    lock_mode: str
    read_back: str
    read_back_one_in: int


def described(ctx: Context) -> Keeping:
    """What anybody of the staff may know of how films are kept."""
    its = ctx.settings
    one_in = 1 if its.read_back == "always" else its.read_back_one_in
    return Keeping(its.lock_mode, its.read_back, one_in)


def place(ctx: Context, upload: Upload, sha256: str) -> Placed:
    """Put a film into the store. Safe to repeat: what is there of it is not sent again.

    Raises:
        NotProvedError: what arrived there is something else, and was not kept.
    """
    try:
        return ctx.objects.adopt(ctx.spool.path(upload.upload_id), sha256)
    except ObjectDiffersError as error:
        raise NotProvedError(sha256, Doubt.OTHER_BYTES) from error


def prove(ctx: Context, upload: Upload, sha256: str, placed: Placed) -> Proof:
    """Read the stored bytes back, all of them: a second look that owes nothing to the first.

    By the setting only a sample is, and always what we did not send ourselves just now.

    Something else is taken away, so that the film can be placed again; before it is locked, because
    afterwards nobody could.

    Raises:
        NotProvedError: it is not there, cannot be read, or is something else.
    """
    if placed.is_proved and not _is_read_back(ctx, upload):
        return Proof(placed.version, None, None, None)
    try:
        seen = ctx.objects.read_back(sha256, placed.version)
    except ObjectMissingError as error:
        raise NotProvedError(sha256, Doubt.MISSING) from error
    except OSError as error:
        raise NotProvedError(sha256, Doubt.UNREADABLE) from error
    if seen != Seen(sha256, upload.offset):
        with suppress(ObjectLockedError):  # somebody was told that it is kept: a person must look
            ctx.objects.discard(sha256, placed.version)
        raise NotProvedError(sha256, Doubt.OTHER_BYTES, seen)
    return Proof(placed.version, seen.sha256, seen.size_bytes, ctx.clock.now())


def _is_read_back(ctx: Context, upload: Upload) -> bool:
    its = ctx.settings
    return its.read_back == "always" or is_in_sample(upload.upload_id, its.read_back_one_in)


def lock(ctx: Context, upload: Upload, sha256: str, placed: Placed) -> Locked | None:
    """Lock these very bytes until their case says how long they must be; what the store has now.

    Raises:
        NotProvedError: the store does not have the lock that it was told of.
    """
    try:
        until = ctx.clock.now() + first_lock(ctx, upload.agency_id, upload.clip_id)
        return ctx.objects.lock_until(sha256, until, placed.version)
    except LockNotTakenError as error:
        raise NotProvedError(sha256, Doubt.NOT_LOCKED) from error
    except ObjectMissingError as error:
        raise NotProvedError(sha256, Doubt.MISSING) from error


def note(ctx: Context, upload: Upload, error: NotProvedError) -> None:
    """Raise the alarm, once for each reason, and say when the film is tried again."""
    logger.error(
        "film cannot be proved in the store",
        exc_info=error,
        extra={"upload_id": upload.upload_id, "sha256": error.sha256, "doubt": error.doubt},
    )
    doubted = ClipDoubted(
        agency_id=upload.agency_id,
        clip_id=upload.clip_id,
        sha256=error.sha256,
        reason=error.doubt.value,
        read_sha256=error.seen and error.seen.sha256,
        read_bytes=error.seen and error.seen.size_bytes,
    )
    with ctx.db.transaction() as session:
        if keeping.add_doubt(session, upload.upload_id, error.doubt, ctx.clock.now()):
            ctx.outbox.emit(session, doubted)
