"""The way of one request's bytes into the spool: durable first, then acknowledged."""

import hashlib
import hmac
from collections.abc import AsyncIterable
from dataclasses import dataclass

from ingest.domain.upload import Checksum, Upload
from ingest.errors import ChecksumDiffersError
from ingest.operations.context import Context
from ingest.store import uploads


@dataclass(frozen=True)
class Chunk:
    """What one request brings."""

    offset: int
    """Where its client believes the upload to be."""
    length: int | None
    """How many bytes it announces, if it does."""
    pieces: AsyncIterable[bytes]
    checksum: Checksum | None = None
    total: int | None = None
    """How long the whole upload is, where its client has learnt that only now."""
    is_last: bool = True
    """False: an upload as long as announced is not whole yet, its client will say when it is. Of
    tus, where the length alone says it, every request may be the last."""
    sha256: str | None = None
    """The digest of the whole film, where its client says it again."""


class Intake:
    """Bytes of an upload in whose turn we are.

    Each piece is acknowledged as soon as it is durable. With a checksum nothing is, before all has
    come and is right: what lies in the file behind the acknowledged offset then counts for nothing,
    and the next request writes over it (tus 1.0, "Checksum").
    """

    def __init__(
        self, ctx: Context, upload: Upload, checksum: Checksum | None, *, is_last: bool = True
    ) -> None:
        self.upload = upload
        self.end = upload.offset
        """Up to here the file is durable."""
        self.limit = size_limit(ctx, upload)
        self._ctx = ctx
        self._is_last = is_last
        self._checksum = checksum
        self._hash = checksum and hashlib.new(checksum.algorithm, usedforsecurity=False)

    def take(self, content: bytes) -> None:
        """Make bytes durable, and acknowledged unless a checksum is still to be compared."""
        self._ctx.spool.append(self.upload.upload_id, self.end, content)
        self.end += len(content)
        if self._hash:
            self._hash.update(content)
        else:
            self._acknowledge()

    def finish(self) -> Upload:
        """Say how far the upload is, now that the client has sent what it wanted to.

        Raises:
            ChecksumDiffersError: these are not the bytes of the checksum.
        """
        if self._checksum and self._hash:
            if not hmac.compare_digest(self._hash.digest(), self._checksum.digest):
                raise ChecksumDiffersError(self.upload.offset)
            self._acknowledge()
        return self.upload

    def _acknowledge(self) -> None:
        """Write the row after the bytes: an offset on record is a promise."""
        if self.end == self.upload.offset:
            return
        moved = self.end - self.upload.offset
        after = self.upload.advanced(moved, self._ctx.clock.now(), is_last=self._is_last)
        with self._ctx.db.transaction() as session:
            uploads.advance(session, self.upload, after)
        self.upload = after


def size_limit(ctx: Context, upload: Upload) -> int:
    """How long it may become: what was announced, or what this installation takes at all."""
    return ctx.settings.clip_size_max_bytes if upload.size_bytes is None else upload.size_bytes
