"""Objects in an S3 bucket with Object Lock: MinIO, versitygw, Ceph and others.

Whoever may write to a bucket can lay another version, or a mark of deletion, over a locked one.
So nothing is asked for by its name alone: the oldest version is the one that was kept.
"""

import hashlib
import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.error import S3Error

from common.clock import Clock
from common.objects import (
    DIGEST,
    Locked,
    LockMode,
    LockNotTakenError,
    ObjectDamagedError,
    ObjectDiffersError,
    ObjectLockedError,
    ObjectMissingError,
    PartInFile,
    Placed,
    Seen,
    StoreAwayError,
    StoreUnusableError,
)
from common.s3 import Address, Bucket, Version, VersionLock
from common.s3_sending import PART_MIN_BYTES, LargeFile, SentParts, send

KEPT_BEFORE: Final = "PreconditionFailed"
"""What S3 says when somebody kept it just now, or when we did and the answer was lost."""
NOTES: Final = ".sent"
"""Behind the name of a file: the file beside it that says what of it the store has."""
PROBE: Final = b"Liuhen: can this be removed while it is locked?\n"
"""Followed by the mode, since a lock that lasts keeps its own."""
OTHER: Final = b"other bytes\n"
MODES: Final[dict[str, LockMode]] = {GOVERNANCE: "governance", COMPLIANCE: "compliance"}
PROBE_LOCK: Final = timedelta(minutes=2)
"""Twice as long as our clock may go behind the store's: half of it must be in its future too."""


class S3Reader:
    """A bucket that another service fills: for credentials that may list and read versions."""

    def __init__(self, url: str) -> None:
        """Read the address, and see that the bucket is there.

        Raises:
            StoreUnusableError: says why not.
        """
        self._bucket = Bucket(Address.of(url))
        with self._bucket.explaining():
            self._bucket.versions(_key(hashlib.sha256(PROBE).hexdigest()))

    def has(self, sha256: str) -> bool:
        return self._find(sha256) is not None

    def size_bytes(self, sha256: str) -> int:
        return self._kept(sha256).size_bytes

    def open(self, sha256: str) -> BinaryIO:
        """Fetch it into a file without a name, which a limited process can be handed."""
        kept = self._kept(sha256)
        with ExitStack() as on_error:
            file = cast("BinaryIO", on_error.enter_context(TemporaryFile()))
            if self._digest(kept, file.write) != sha256:
                raise ObjectDamagedError(sha256)
            on_error.pop_all()
        file.seek(0)
        return file

    def open_range(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        kept = self._kept(sha256)
        length = min(length, kept.size_bytes - start)
        if length > 0:
            yield from self._bucket.read(kept, start, length)

    def _digest(self, version: Version, also: Callable[[bytes], object]) -> str:
        """Read a version to its end and hand each piece on."""
        digest = hashlib.sha256()
        for piece in self._pieces(version):
            digest.update(piece)
            also(piece)
        return digest.hexdigest()

    def _pieces(self, version: Version) -> Iterator[bytes]:
        """A version to its end; where a connection breaks, the next one goes on."""
        done = begun = 0
        while done < version.size_bytes:
            try:
                for piece in self._bucket.read(version, done, version.size_bytes - done):
                    yield piece
                    done += len(piece)
            except StoreAwayError:
                if done == begun:
                    raise
            begun = done

    def _kept(self, sha256: str, version: str | None = None) -> Version:
        kept = self._find(sha256, version)
        if kept is None:
            raise ObjectMissingError(sha256)
        return kept

    def _find(self, sha256: str, version: str | None = None) -> Version | None:
        """The version that is called so, or else the one that was kept: the oldest."""
        if not DIGEST.fullmatch(sha256):
            return None
        found = [it for it in self._bucket.versions(_key(sha256)) if not it.is_deletion]
        if version is not None:
            found = [it for it in found if it.id == version]
        return found[-1] if found else None


class S3Objects(S3Reader):
    """A bucket that this process fills."""

    def __init__(self, url: str, clock: Clock, *, compliance: bool) -> None:
        """Read the address, and see that the bucket keeps versions and locks.

        With `compliance` nobody at all can end a lock early, without it the store's administrator
        can. A lock that lasts keeps the mode it began with.

        Raises:
            StoreUnusableError: says why not.
        """
        super().__init__(url)
        self._clock = clock
        self._mode = COMPLIANCE if compliance else GOVERNANCE
        place = self._bucket.address.place
        with self._bucket.explaining():
            if not self._bucket.has_object_lock():
                raise StoreUnusableError(f"{place} cannot be used: it was made without Object Lock")
            if not self._bucket.keeps_versions():
                raise StoreUnusableError(f"{place} cannot be used: it does not keep versions")

    def begin(self) -> "S3Part":
        return S3Part(self._keep)

    def adopt(self, path: Path, sha256: str) -> Placed:
        with path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            return self._place(file, size_bytes, sha256, path.with_name(path.name + NOTES))

    def forget_unfinished(self, before: datetime) -> int:
        forgotten = 0
        for begun in self._bucket.multipart.under_way(""):
            if begun.begun_at < before:
                self._bucket.multipart.abort(begun.key, begun.upload_id)
                forgotten += 1
        return forgotten

    def read_back(self, sha256: str, version: str | None) -> Seen:
        digest, size_bytes = hashlib.sha256(), 0
        for piece in self._pieces(self._kept(sha256, version)):
            digest.update(piece)
            size_bytes += len(piece)
        return Seen(digest.hexdigest(), size_bytes)

    def discard(self, sha256: str, version: str | None) -> None:
        placed = self._find(sha256, version)
        if placed is None:
            return
        if self._bucket.lock(placed) or self._bucket.is_held(placed):
            raise ObjectLockedError(sha256)
        self._bucket.remove(placed)

    def lock_until(self, sha256: str, until: datetime, version: str | None = None) -> Locked | None:
        kept = self._kept(sha256, version)
        lock = self._lock(kept, _whole_second(until))
        if lock is None or lock.until <= self._clock.now():
            return None
        return Locked(lock.until, MODES[lock.mode], kept.id)

    def locked_until(self, sha256: str) -> datetime | None:
        lock = self._bucket.lock(self._kept(sha256))
        return lock and lock.until

    def hold(self, sha256: str, version: str | None = None) -> None:
        self._set_hold(self._kept(sha256, version), on=True)

    def release(self, sha256: str, version: str | None = None) -> None:
        self._set_hold(self._kept(sha256, version), on=False)

    def is_held(self, sha256: str, version: str | None = None) -> bool:
        return self._bucket.is_held(self._kept(sha256, version))

    def remove(self, sha256: str) -> None:
        """Destroy what was kept, then what lies over it."""
        kept = self._find(sha256)
        if kept is None:
            return
        if self._is_locked(kept):  # versitygw 1.7.0 forgets a hold once the lock beside it ended
            raise ObjectLockedError(sha256)
        try:
            self._bucket.remove(kept)
        except S3Error as error:
            if self._bucket.lock(kept):  # it still lasts, by the store's clock
                raise ObjectLockedError(sha256) from error
            raise
        for version in self._bucket.versions(kept.key):
            self._bucket.remove(version)

    def worm_probe(self) -> Sequence[str]:
        with self._bucket.explaining(), self.begin() as part:
            part.write(PROBE + self._mode.encode())
            part.keep()
            kept = self._kept(part.sha256)
            failures = tuple(self._failures(kept, part.sha256))
            with suppress(S3Error):
                for over in self._bucket.versions(kept.key)[:-1]:
                    self._bucket.remove(over)
            return failures

    def _failures(self, kept: Version, sha256: str) -> Iterator[str]:
        """Try what must fail, then look at what became of it, whatever the store answered."""
        until = _whole_second(self._clock.now() + PROBE_LOCK)
        with suppress(LockNotTakenError):
            self._lock(kept, until)
        lock = self._bucket.lock(kept)
        if lock is None or lock.mode != self._mode or lock.until < until:
            yield "a lock does not take"
            return
        attempt = suppress(S3Error)
        with attempt:
            self._bucket.put_over(kept.key, io.BytesIO(OTHER), len(OTHER))
        if self._digest(kept, len) != sha256:
            yield "a locked object can be overwritten"
        if self._mode == COMPLIANCE:
            with attempt:
                self._bucket.set_lock(kept, VersionLock(GOVERNANCE, lock.until + PROBE_LOCK))
        with attempt:
            self._bucket.set_lock(kept, VersionLock(self._mode, lock.until - PROBE_LOCK / 2))
        left = self._bucket.lock(kept)
        if left is None or left.mode != lock.mode or left.until < lock.until:
            yield "a lock can be shortened or weakened"
        with attempt:
            self._bucket.remove(kept)
        if self._mode == COMPLIANCE:
            with attempt:
                self._bucket.remove_in_spite_of_governance(kept)
        if kept not in self._bucket.versions(kept.key):
            yield "a locked object can be deleted"

    def _lock(self, kept: Version, until: datetime) -> VersionLock | None:
        """What the store, asked, has in the end."""
        lock, now = self._bucket.lock(kept), self._clock.now()
        if until > now and (lock is None or until > lock.until):
            mode = lock.mode if lock and lock.until > now else self._mode
            self._bucket.set_lock(kept, VersionLock(mode, until))
            taken = self._bucket.lock(kept)
            if taken is None or taken.mode != mode or taken.until < until:
                raise LockNotTakenError(kept.key)
            return taken
        return lock

    def _set_hold(self, kept: Version, *, on: bool) -> None:
        self._bucket.set_hold(kept, on=on)
        if self._bucket.is_held(kept) is not on:
            raise LockNotTakenError(kept.key)

    def _is_locked(self, kept: Version) -> bool:
        lock = self._bucket.lock(kept)
        return self._bucket.is_held(kept) or (lock is not None and lock.until > self._clock.now())

    def _keep(self, file: BinaryIO, size_bytes: int, sha256: str) -> None:
        placed = self._place(file, size_bytes, sha256)
        if not placed.is_proved and self._digest(self._kept(sha256), len) != sha256:
            raise ObjectDamagedError(sha256)

    def _place(
        self, file: BinaryIO, size_bytes: int, sha256: str, notes: Path | None = None
    ) -> Placed:
        is_large = size_bytes > PART_MIN_BYTES
        way = self._place_large if is_large else self._place_small
        return way(file, size_bytes, sha256, notes)

    def _place_small(
        self, file: BinaryIO, size_bytes: int, sha256: str, _notes: Path | None
    ) -> Placed:
        etag = None
        if not self.has(sha256):
            content = file.read(size_bytes + 1)
            if hashlib.sha256(content).hexdigest() != sha256:
                raise ObjectDiffersError(sha256)
            try:
                etag = self._bucket.put_first(_key(sha256), content, sha256)
            except S3Error as error:
                if error.code != KEPT_BEFORE:
                    raise
        return self._placed(sha256, size_bytes, etag)

    def _place_large(
        self, file: BinaryIO, size_bytes: int, sha256: str, notes: Path | None
    ) -> Placed:
        film = LargeFile(file.fileno(), size_bytes, _key(sha256))
        sent = SentParts(notes, film.key, film.part_bytes)
        if not self.has(sha256):
            send(self._bucket.multipart, film, sent)
        if self._find(sha256) is None:  # the store forgot the parts; the next try sends them anew
            sent.forget()
            raise StoreAwayError
        placed = self._placed(sha256, size_bytes, sent.etag(film.parts))
        with suppress(S3Error):  # not every server lists them, and the film is placed
            for begun in self._bucket.multipart.under_way(film.key):  # of no use to anybody now
                self._bucket.multipart.abort(begun.key, begun.upload_id)
        sent.forget()
        return placed

    def _placed(self, sha256: str, size_bytes: int, etag: str | None) -> Placed:
        """What is there now: sent just now, or by somebody else, or by us and the answer was lost.

        Whoever sent it, it is ours if the store gives it the length and the ETag of what we sent.
        """
        found = self._find(sha256)
        if found is None:
            raise StoreAwayError
        return Placed(found.id, is_proved=(found.size_bytes, found.etag) == (size_bytes, etag))


class S3Part(PartInFile):
    """An unnamed file of this machine that is sent once its digest, its name, is known."""

    def __init__(self, put: Callable[[BinaryIO, int, str], None]) -> None:
        super().__init__(cast("BinaryIO", TemporaryFile()))  # noqa: SIM115 - closed by exit
        self._put = put

    def keep(self) -> None:
        self._file.seek(0)
        self._put(self._file, self.size_bytes, self.sha256)
        self._file.seek(self.size_bytes)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _key(sha256: str) -> str:
    """Two levels, so that listing one name's versions never walks through a folder of millions."""
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _whole_second(until: datetime) -> datetime:
    """Not earlier: S3 keeps milliseconds, and a lock that was cut would be set again each time."""
    cut = until.replace(microsecond=0)
    return cut if cut == until else cut + timedelta(seconds=1)
