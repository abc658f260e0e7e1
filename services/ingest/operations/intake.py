"""The way of one request's bytes into the spool: durable first, then acknowledged."""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Final, Protocol

from common.auth import Requester
from ingest.adapters.behind import Behind
from ingest.domain.running import SavedDigest
from ingest.domain.upload import GONE, Checksum, Upload
from ingest.errors import (
    ChecksumDiffersError,
    MoreThanAnnouncedError,
    NoRoomError,
    UploadGoneError,
    UploadInterruptedError,
)
from ingest.operations.context import Context
from ingest.operations.digesting import alarmed, digest_of
from ingest.operations.people import why_not_any_more
from ingest.operations.room import expect_room_unsaid
from ingest.store import uploads
from ingest.store.uploads import LostTurnError

SYNC_BYTES: Final = 16 * 1024**2
"""How much may come before it is made durable, while more comes."""
COMMIT_BYTES: Final = 32 * 1024**2
"""How much may come before that is acknowledged: what a client sends again at most, if it is fast,
after a kill. A slow one is bound by time (`uploads.COMMIT_S`)."""
AHEAD_BYTES: Final = 2 * 1024**2
"""How much room is asked for at once: by all bodies at once, half of what the spool keeps free."""


class Body(Protocol):
    """The bytes of a request, in order."""

    async def more(self) -> bool:
        """Wait until some of them lie here; False: these were all.

        Raises:
            ConnectionCutError: there are no more, although more were announced.
        """
        ...

    def here(self) -> Iterator[memoryview]:
        """Take what lies here, without waiting. Each piece is good until the next."""
        ...


@dataclass(frozen=True)
class Chunk:
    """What one request brings."""

    offset: int
    """Where its client believes the upload to be."""
    length: int | None
    """How many bytes it announces, if it does."""
    body: Body
    checksum: Checksum | None = None
    total: int | None = None
    """How long the whole upload is, where its client has learnt that only now."""
    is_last: bool = True
    """False: an upload as long as announced is not whole yet, its client will say when it is. Of
    tus, where the length alone says it, every request may be the last."""
    sha256: str | None = None
    """The digest of the whole film, where its client says it again."""


class Intake:
    """Bytes of an upload in whose turn we are; to be closed.

    They are acknowledged by commit points: the bytes are made durable, then the row says so and
    carries the running digest (ADR 0021). While they come this happens in another thread, so that
    disk, processor and network work at once (ADR 0028). With a checksum nothing is acknowledged
    before all has come and is right: what lies in the file behind the acknowledged offset then
    counts for nothing, and the next request writes over it (tus 1.0, "Checksum").
    """

    def __init__(
        self,
        ctx: Context,
        who: Requester,
        upload: Upload,
        checksum: Checksum | None = None,
        *,
        is_last: bool = True,
    ) -> None:
        """Take the film's file and go on where the row says that the upload is.

        Raises:
            UploadBusyError: another process writes this upload.
            UploadInterruptedError: another process has moved it.
            SpoolLostError: acknowledged bytes are gone; alarmed.
            SpoolFaultError: the disk fails; alarmed.
            SpoolClosedError: nothing new may begin here.
        """
        self.upload = upload
        self._limit = size_limit(ctx, upload)
        self._ctx = ctx
        self._is_last = is_last
        self._who = who
        self._checksum = checksum
        self._hash = checksum and hashlib.new(checksum.algorithm, usedforsecurity=False)
        self._fits_to = upload.offset
        self._using = Lock()
        self._behind = Behind(ctx.syncing)
        self._synced = upload.offset
        """How much is durable, or will be once `_behind` is done."""
        with alarmed(upload):
            self._film = ctx.spool.open(upload.upload_id, is_begun=upload.offset > 0)
        try:
            self._refuse_moved()  # until the file was ours, another process might have
            with alarmed(upload):
                self._film.continue_at(upload.offset)
            self._digest = digest_of(ctx, upload)
        except BaseException:
            self._film.close()
            raise

    @property
    def written(self) -> int:
        """How many bytes are in the file, acknowledged or not."""
        return self._film.written

    @property
    def is_asked_for(self) -> bool:
        """Whether another process waits for this upload."""
        return self._film.is_asked_for

    def take(self, pieces: Iterable[memoryview]) -> None:
        """Write what comes, with a commit point whenever one is due.

        Raises:
            MoreThanAnnouncedError: the upload would become too long.
            NoRoomError: as if this piece had not come; what came before is acknowledged.
            SpoolFaultError, UploadInterruptedError: as of `commit`; perhaps of what came before.
        """
        with self._using:
            for piece in pieces:
                self._write(piece)

    def _write(self, content: bytes | memoryview) -> None:
        if len(content) > self._limit - self._film.written:
            raise MoreThanAnnouncedError
        try:
            self._expect_room(len(content))
        except NoRoomError:
            self._commit()
            raise
        with alarmed(self.upload):
            self._film.write(content)
        self._digest.update(content)
        if self._hash:
            self._hash.update(content)
        if self._film.written - self._synced >= SYNC_BYTES:
            self._synced = self._film.written
            self._behind.begin(partial(self._sync, self._synced, self._digest.saved()))

    def _sync(self, offset: int, running: SavedDigest | None) -> None:
        """Make what has come to `offset` durable, and acknowledge it if that is due.

        Not the last byte: what is then to be asked is asked in the request's own thread.

        Raises:
            NoRoomError, SpoolFaultError, UploadInterruptedError: as of `commit`.
        """
        with alarmed(self.upload):
            self._film.sync()
        is_due = offset - self.upload.offset >= COMMIT_BYTES and offset != self.upload.size_bytes
        if is_due and self._hash is None:
            self._acknowledge(offset, running)

    def commit(self) -> None:
        """Make all that came durable, and acknowledged unless a checksum is still to be compared.

        Raises:
            NoRoomError: the disk is full; what was acknowledged before still is.
            SpoolFaultError: the disk fails, alarmed; the same holds.
            UploadInterruptedError: another process has moved the upload.
        """
        with self._using:
            self._commit()

    def _commit(self) -> None:
        self._behind.finish()
        if self._film.written > self._film.durable:
            with alarmed(self.upload):
                self._film.sync()
        self._synced = self._film.durable
        if self._hash is None:
            self._acknowledge_all()

    def finish(self) -> Upload:
        """Say how far the upload is, now that the client has sent what it wanted to.

        Raises:
            ChecksumDiffersError: these are not the bytes of the checksum.
            NoRoomError, SpoolFaultError, UploadInterruptedError: as of `commit`.
        """
        with self._using:
            self._commit()
            if self._checksum and self._hash:
                if not hmac.compare_digest(self._hash.digest(), self._checksum.digest):
                    raise ChecksumDiffersError(self.upload.offset)
                self._acknowledge_all()
        return self.upload

    def cut_off(self) -> None:
        """Make durable that nothing lies behind what is acknowledged, before it is called whole.

        Raises:
            NoRoomError, SpoolFaultError: the disk fails; alarmed.
        """
        with alarmed(self.upload):
            self._film.sync()

    def _expect_room(self, more_bytes: int) -> None:
        """See that so much fits onto the disk, and is nobody else's room. Asked some way ahead.

        Raises:
            NoRoomError: it does not, or is.
        """
        written = self._film.written
        if written + more_bytes <= self._fits_to:
            return
        ahead_bytes = max(more_bytes, min(AHEAD_BYTES, self._limit - written))
        try:
            self._expect_room_to(written + ahead_bytes)
        except NoRoomError:
            self._expect_room_to(written + more_bytes)

    def _expect_room_to(self, end: int) -> None:
        if not self._ctx.spool.has_room(end - self._film.written):
            raise NoRoomError
        expect_room_unsaid(self._ctx, self.upload, end - self.upload.offset)
        self._fits_to = end

    def close(self) -> None:
        """Leave the file, once neither thread is at it: also where nobody awaits them any more."""
        with self._using:
            self._behind.close()
            self._film.close()

    def _acknowledge_all(self) -> None:
        self._acknowledge(self._film.durable, self._digest.saved())
        self._ctx.digests.remember(self.upload.upload_id, self._digest)

    def _acknowledge(self, offset: int, running: SavedDigest | None) -> None:
        """Write the row after the bytes: an offset on record is a promise.

        Of a film that its sender may not complete any more, the last byte is not acknowledged: so
        it is complete to nobody, and whoever may goes on as after any cut.

        Raises:
            NotSignedInError, AccountClosedError: it was completed but for that; recorded.
        """
        by = offset - self.upload.offset
        if not by:
            return
        now, why_not = self._ctx.clock.now(), None
        try:
            with self._ctx.db.transaction() as session:
                if offset == self.upload.size_bytes:
                    why_not = why_not_any_more(self._ctx, session, self._who)
                count = by - 1 if why_not else by
                said = None if why_not else running  # which has the last byte
                after = self.upload.advanced(count, now, said, is_last=self._is_last)
                uploads.advance(session, self.upload, after)
        except LostTurnError:
            self._refuse_moved()
            raise
        self.upload = after
        if why_not:
            raise self._ctx.refuse(self._who, why_not, after.clip_id)

    def _refuse_moved(self) -> None:
        with self._ctx.db.snapshot() as session:
            now = uploads.where_is(session, self.upload.upload_id)
        if now is None or now[1] in GONE:
            raise UploadGoneError
        if now != (self.upload.offset, self.upload.state, self.upload.size_bytes):
            raise UploadInterruptedError(now[0])


def size_limit(ctx: Context, upload: Upload) -> int:
    """How long it may become: what was announced, or what this installation takes at all."""
    return ctx.settings.clip_size_max_bytes if upload.size_bytes is None else upload.size_bytes
