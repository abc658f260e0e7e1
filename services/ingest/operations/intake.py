"""The way of one request's bytes into the spool: durable first, then acknowledged."""

import hashlib
import hmac
from collections.abc import AsyncIterable
from dataclasses import dataclass

from common.auth import Requester
from ingest.domain.upload import Checksum, Upload
from ingest.errors import ChecksumDiffersError
from ingest.operations.context import Context
from ingest.operations.people import why_not_any_more
from ingest.operations.room import expect_room_unsaid
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


class Intake:
    """Bytes of an upload in whose turn we are.

    Each piece is acknowledged as soon as it is durable. With a checksum nothing is, before all has
    come and is right: what lies in the file behind the acknowledged offset then counts for nothing,
    and the next request writes over it (tus 1.0, "Checksum").
    """

    def __init__(
        self, ctx: Context, who: Requester, upload: Upload, checksum: Checksum | None
    ) -> None:
        self.upload = upload
        self.end = upload.offset
        """Up to here the file is durable."""
        self.limit = size_limit(ctx, upload)
        self._ctx = ctx
        self._who = who
        self._checksum = checksum
        self._hash = checksum and hashlib.new(checksum.algorithm, usedforsecurity=False)

    def take(self, content: bytes) -> None:
        """Make bytes durable, and acknowledged unless a checksum is still to be compared.

        Raises:
            NoRoomError: the disk is full, or the rest of it promised to others.
        """
        expect_room_unsaid(self._ctx, self.upload, self.end + len(content) - self.upload.offset)
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
        """Write the row after the bytes: an offset on record is a promise.

        Of a film that its sender may not complete any more, the last byte is not acknowledged: so
        it is complete to nobody, and whoever may goes on as after any cut.

        Raises:
            NotSignedInError, AccountClosedError: it was completed but for that; recorded.
        """
        if self.end == self.upload.offset:
            return
        now, why_not = self._ctx.clock.now(), None
        with self._ctx.db.transaction() as session:
            if self.end == self.upload.size_bytes:
                why_not = why_not_any_more(self._ctx, session, self._who)
            end = self.end - 1 if why_not else self.end
            after = self.upload.advanced(end - self.upload.offset, now)
            uploads.advance(session, self.upload, after)
        self.upload = after
        if why_not:
            raise self._ctx.refuse(self._who, why_not, after.clip_id)


def size_limit(ctx: Context, upload: Upload) -> int:
    """How long it may become: what was announced, or what this installation takes at all."""
    return ctx.settings.clip_size_max_bytes if upload.size_bytes is None else upload.size_bytes
