"""The SHA-256 of what was acknowledged: carried along, or made anew of the bytes themselves."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from ingest.adapters.sha256 import Running
from ingest.domain.upload import Upload
from ingest.errors import SpoolFaultError, SpoolLostError
from ingest.operations.context import Context

logger = logging.getLogger(__name__)


def digest_of(ctx: Context, upload: Upload) -> Running:
    """The running digest of an upload's acknowledged bytes; ours alone to go on with.

    What was saved counts only if our own library made it for just these bytes. Otherwise they are
    read again (1.4 GiB/s from a disk that is fast enough): never a guess.

    Raises:
        SpoolLostError: there are fewer bytes than were acknowledged.
    """
    running = ctx.digests.resume(upload.upload_id, upload.offset, upload.running)
    if running is None:
        running = ctx.digests.begin()
        with alarmed(upload):
            ctx.spool.read(upload.upload_id, upload.offset, running.update)
        logger.info("running digest is made anew", extra=_fields(upload))
    return running


def digest_of_whole(ctx: Context, upload: Upload) -> str:
    """The SHA-256 of a film whose every byte arrived.

    Raises:
        SpoolLostError: its file has another length than was acknowledged, or is gone.
    """
    size_bytes = ctx.spool.size_bytes(upload.upload_id)
    if size_bytes != upload.offset:
        raise SpoolLostError(size_bytes)
    return digest_of(ctx, upload).hexdigest()


@contextmanager
def alarmed(upload: Upload) -> Generator[None]:
    """Tell whoever watches the log of a disk that loses or fails."""
    try:
        yield
    except SpoolLostError as error:
        fields = _fields(upload) | {"found_bytes": error.found_bytes}
        logger.error("acknowledged bytes are not in the spool", extra=fields)  # noqa: TRY400 - no bug
        raise
    except SpoolFaultError:
        logger.exception("the spool's disk fails", extra=_fields(upload))
        raise


def _fields(upload: Upload) -> dict[str, str | int]:
    return {"upload_id": upload.upload_id, "acknowledged_bytes": upload.offset}
