"""Uploads whose bytes lie with a replica that was taken away (ADR 0023)."""

import logging

from ingest.domain.upload import Upload, replica_of
from ingest.errors import ReplicaAwayError
from ingest.operations.context import Context

logger = logging.getLogger(__name__)


def is_stranded(ctx: Context, upload: Upload) -> bool:
    """Whether nobody can go on with it and nothing is lost by that: no byte was acknowledged."""
    its = replica_of(upload.upload_id)
    return upload.is_unfinished and upload.offset == 0 and its >= ctx.replica_count


def expect_bytes_here(ctx: Context, upload: Upload) -> None:
    """Go on with what lies in our own spool, or needs no spool any more: it is kept.

    Raises:
        ReplicaAwayError: its bytes are with another replica. If that is none of those that receive,
            a person must bring its volume back: alarmed.
    """
    its = replica_of(upload.upload_id)
    if its == ctx.settings.replica or upload.is_kept:
        return
    if its >= ctx.replica_count:
        fields = {"upload_id": upload.upload_id, "acknowledged_bytes": upload.offset}
        logger.error("acknowledged bytes are with a replica that is gone", extra=fields)
    raise ReplicaAwayError
