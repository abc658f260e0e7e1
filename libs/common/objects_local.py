"""Objects in a folder, as files under their digest, with locks that are software only."""

import errno
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock as Mutex
from typing import BinaryIO, Final, cast

from common.clock import Clock
from common.objects import (
    DIGEST,
    PIECE_BYTES,
    Locked,
    LockNotTakenError,
    ObjectDiffersError,
    ObjectLockedError,
    ObjectMissingError,
    PartInFile,
    Placed,
    Seen,
    fsync,
)
from common.raw_disk import from_disk

INCOMING: Final = "incoming"
LOCKS: Final = "locks"
"""Beside the objects: a file per lock, under the object's name."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lock:
    """What keeps an object from being removed."""

    until: datetime | None = None
    is_held: bool = False


class LocalReader:
    """A folder that another service fills, and need not exist yet. Changes nothing in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, sha256: str) -> bool:
        return bool(DIGEST.fullmatch(sha256)) and self._path(sha256).is_file()

    def size_bytes(self, sha256: str) -> int:
        with self.open(sha256) as file:
            return os.fstat(file.fileno()).st_size

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError as error:
            raise ObjectMissingError(sha256) from error

    def open_range(self, sha256: str, start: int, length: int) -> Iterator[bytes]:
        with self.open(sha256) as file:
            file.seek(start)
            while length > 0 and (piece := file.read(min(length, PIECE_BYTES))):
                length -= len(piece)
                yield piece

    def _path(self, sha256: str) -> Path:
        if not DIGEST.fullmatch(sha256):
            raise ObjectMissingError(sha256)
        return self._folder / sha256[:2] / sha256


class LocalObjects(LocalReader):
    """A folder of one process. Its files are read-only: a *software* lock, which root can undo."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        """Open the folder as its one owner: what a killed process left half-way is deleted."""
        super().__init__(folder)
        self._clock = clock
        self._changing_locks = Mutex()
        self._incoming = folder / INCOMING
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left_by_a_crash in self._incoming.iterdir():
            left_by_a_crash.unlink()

    def begin(self) -> "LocalPart":
        return LocalPart(self._incoming, self._path)

    def adopt(self, path: Path, sha256: str) -> Placed:
        try:
            _keep(path, self._path(sha256))
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            self._copy(path, sha256)
        return Placed(None, is_proved=True)

    def read_back(self, sha256: str, version: str | None) -> Seen:  # noqa: ARG002 - of buckets
        digest, size_bytes = hashlib.sha256(), 0
        try:
            for piece in from_disk(self._path(sha256)):
                digest.update(piece)
                size_bytes += len(piece)
        except FileNotFoundError as error:
            raise ObjectMissingError(sha256) from error
        return Seen(digest.hexdigest(), size_bytes)

    def discard(self, sha256: str, version: str | None) -> None:  # noqa: ARG002 - of buckets
        with self._changing_locks:
            if not self.has(sha256):
                return
            if self._lock(sha256) != Lock():
                raise ObjectLockedError(sha256)
            path = self._path(sha256)
            path.unlink()
            fsync(path.parent)

    def lock_until(
        self,
        sha256: str,
        until: datetime,
        version: str | None = None,  # noqa: ARG002 - of buckets
    ) -> Locked | None:
        now = self._clock.now()
        with self._changing_locks:
            lock = self._lock(sha256)
            if until > now and (lock.until is None or until > lock.until):
                self._set_lock(sha256, replace(lock, until=until))
                lock = self._lock(sha256)
                if lock.until != until:
                    raise LockNotTakenError(sha256)
        if lock.until is None or lock.until <= now:
            return None
        return Locked(lock.until, "software", None)

    def locked_until(self, sha256: str) -> datetime | None:
        return self._lock(sha256).until

    def hold(self, sha256: str, version: str | None = None) -> None:  # noqa: ARG002 - of buckets
        self._set_hold(sha256, on=True)

    def release(self, sha256: str, version: str | None = None) -> None:  # noqa: ARG002 - of buckets
        self._set_hold(sha256, on=False)

    def is_held(self, sha256: str, version: str | None = None) -> bool:  # noqa: ARG002 - of buckets
        return self._lock(sha256).is_held

    def remove(self, sha256: str) -> None:
        with self._changing_locks:
            if not self.has(sha256):
                return
            lock = self._lock(sha256)
            if lock.is_held or (lock.until and lock.until > self._clock.now()):
                raise ObjectLockedError(sha256)
            path, sidecar = self._path(sha256), self._sidecar(sha256)
            path.unlink()
            fsync(path.parent)
            sidecar.unlink(missing_ok=True)

    def forget_unfinished(self, before: datetime) -> int:  # noqa: ARG002 - the start did it
        return 0

    def worm_probe(self) -> Sequence[str]:
        """Tell the truth without trying: root can remove any file."""
        return ("in a folder a lock is software only, and root can remove a locked file",)

    def _lock(self, sha256: str) -> Lock:
        if not self.has(sha256):
            raise ObjectMissingError(sha256)
        try:
            said = json.loads(self._sidecar(sha256).read_bytes())
        except FileNotFoundError:
            return Lock()
        until = said["until"]
        return Lock(until and datetime.fromisoformat(until), said["is_held"])

    def _set_hold(self, sha256: str, *, on: bool) -> None:
        with self._changing_locks:
            self._set_lock(sha256, replace(self._lock(sha256), is_held=on))
            if self._lock(sha256).is_held is not on:
                raise LockNotTakenError(sha256)

    def _set_lock(self, sha256: str, lock: Lock) -> None:
        """Return when the lock survives a power cut; until then the one before it holds."""
        sidecar = self._sidecar(sha256)
        sidecar.parent.mkdir(parents=True, exist_ok=True)
        until = lock.until and lock.until.isoformat()
        with NamedTemporaryFile("w", dir=self._incoming, delete=False) as file:
            json.dump({"until": until, "is_held": lock.is_held}, file)
        written = Path(file.name)
        fsync(written)
        written.replace(sidecar)
        fsync(sidecar.parent)
        fsync(sidecar.parent.parent)
        fsync(self._folder)

    def _sidecar(self, sha256: str) -> Path:
        return self._folder / LOCKS / sha256[:2] / sha256

    def _copy(self, path: Path, sha256: str) -> None:
        with self.begin() as part, path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                part.write(piece)
            if part.sha256 != sha256:
                raise ObjectDiffersError(sha256)
            part.keep()


class LocalPart(PartInFile):
    """A temporary file that becomes an object by a link, never by writing to the final name."""

    def __init__(self, incoming: Path, place: Callable[[str], Path]) -> None:
        file = NamedTemporaryFile(dir=incoming, delete=False)  # noqa: SIM115 - closed by exit
        super().__init__(cast("BinaryIO", file))
        self._place = place

    def keep(self) -> None:
        self._file.flush()
        _keep(Path(self._file.name), self._place(self.sha256))

    def __exit__(self, *_: object) -> None:
        self._file.close()
        Path(self._file.name).unlink()


def _keep(path: Path, final: Path) -> None:
    """Give a finished file its final name: its bytes first, then the link, then the folders."""
    path.chmod(0o444)
    fsync(path)
    final.parent.mkdir(exist_ok=True)
    try:
        final.hardlink_to(path)
    except FileExistsError:  # kept before, or by a neighbour just now; but are the bytes still it?
        _mend(path, final)
    fsync(final.parent)
    fsync(final.parent.parent)


def _mend(path: Path, final: Path) -> None:
    if _digest(final) != final.name:
        _replace(path, final)
        logger.error("kept object was damaged: replaced", extra={"sha256": final.name})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(path: Path, final: Path) -> None:
    """Put a sound file in the place of a damaged one; the name is never missing."""
    aside = final.parent.parent / INCOMING / secrets.token_hex(16)
    aside.hardlink_to(path)
    try:
        aside.replace(final)
    finally:
        aside.unlink(missing_ok=True)
