"""Films that are still arriving, one file each: acknowledged <= durable <= size of the file."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from common.objects import fsync
from ingest.adapters.asking import Asked
from ingest.adapters.files import Files
from ingest.adapters.growing import Growing, telling
from ingest.domain.upload import is_id
from ingest.errors import NoRoomError, SpoolClosedError, SpoolLostError, UploadBusyError

ROOM_MIN_BYTES: Final = 256 * 1024**2
"""Kept free for the databases, which must be able to record what happens on a full disk."""
JOINING: Final = "joining-"
"""Before the id of a film that is not on record yet."""
COPY_BYTES: Final = 1024**2
PAUSES_S: Final = (0.01, 0.03, 0.1)
CLOSED_MARK: Final = "CLOSED"
"""A file of this name says that nothing new may begin here. It lies on the volume itself, so that
it is the volume that drains, whichever process works on it."""


class Held(NamedTuple):
    """Films that a spool holds: acknowledged, and not yet all arrived or not yet stored."""

    films: int
    size_bytes: int


class Spool:
    """A folder of one process."""

    def __init__(self, folder: Path, files: Files | None = None) -> None:
        self._folder = folder
        self._files = files or Files()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, upload_id: str) -> Path:
        if not is_id(upload_id):  # nothing else ever becomes a file's name
            raise ValueError("not an upload's id")
        return self._folder / upload_id

    @property
    def is_closed(self) -> bool:
        """Whether nothing new may begin, because the volume is to be taken away."""
        return (self._folder / CLOSED_MARK).exists()

    def close(self) -> None:
        (self._folder / CLOSED_MARK).touch()
        fsync(self._folder)

    def reopen(self) -> None:
        (self._folder / CLOSED_MARK).unlink(missing_ok=True)

    def has_room(self, size_bytes: int) -> bool:
        return shutil.disk_usage(self._folder).free >= size_bytes + ROOM_MIN_BYTES

    def open(self, upload_id: str, *, is_begun: bool) -> Growing:
        """Take a film's file to write to it; nobody else does before it is closed.

        Raises:
            UploadBusyError: another process writes to it.
            SpoolLostError: it is gone although it was begun.
            SpoolClosedError: nothing new may begin here, and nothing of it was here yet. Perhaps
                said only by `sync`.
            NoRoomError, SpoolFaultError: the disk is full, or fails.
        """
        path = self.path(upload_id)
        is_new = not is_begun and not path.exists()
        if is_new:
            self._expect_open()
        with telling():
            try:
                file = self._files.open(path, make=not is_begun)
            except FileNotFoundError as error:
                raise SpoolLostError from error
            try:
                self._lock(file)
            except BlockingIOError as error:
                self._files.close(file)
                raise UploadBusyError from error
        return Growing(self._files, file, named=partial(self._named, path, is_new))

    def _lock(self, file: int) -> None:
        """Take a file for ourselves; who only asks for it has it for a moment.

        Raises:
            BlockingIOError: another process has it.
        """
        for pause_s in PAUSES_S:
            with suppress(BlockingIOError):
                return self._files.lock(file)
            time.sleep(pause_s)
        return self._files.lock(file)

    def ask(self, upload_id: str) -> Asked:
        """Ask whatever other process writes a film to let go of it; to be closed."""
        return Asked(self._files, self.path(upload_id))

    def _named(self, path: Path, is_new: bool) -> None:  # noqa: FBT001 - bound by `open`
        self._files.sync_folder(self._folder)
        if is_new and self.is_closed:
            path.unlink()
            raise SpoolClosedError

    def _expect_open(self) -> None:
        """Refuse to begin in a closed spool.

        Asked before a file is made and once more after: whoever closes the spool first closes it
        and then looks what is there, so one of the two sees the other.
        """
        if self.is_closed:
            raise SpoolClosedError

    def join(self, upload_id: str, parts: Sequence[tuple[str, int]]) -> None:
        """Return when a film made of `parts`, in this order, is durable; the parts stay.

        Of each part as many bytes as are acknowledged. A second name says that the film is not on
        record yet, until `joined`.

        Raises:
            SpoolLostError: a part has fewer, or is gone.
            SpoolClosedError: nothing new may begin here.
            NoRoomError: the disk is full but for its reserve.
        """
        self._expect_open()
        joining = self._joining(upload_id)
        try:
            with joining.open("xb") as film:
                for part, size_bytes in parts:
                    self._copy(part, size_bytes, film)
                film.flush()
                os.fdatasync(film.fileno())
            os.link(joining, self.path(upload_id))
            fsync(self._folder)
            self._expect_open()
        except BaseException as error:
            self.remove(upload_id)
            joining.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise NoRoomError from error
            raise

    def _copy(self, part: str, size_bytes: int, film: BinaryIO) -> None:
        try:
            with self.path(part).open("rb") as file:
                left = size_bytes
                while left and (block := file.read(min(left, COPY_BYTES))):
                    if not self.has_room(len(block)):
                        raise NoRoomError
                    film.write(block)
                    left -= len(block)
        except FileNotFoundError as error:
            raise SpoolLostError from error
        if left:
            raise SpoolLostError

    def joined(self, upload_id: str) -> None:
        """Take away the name that says that a film is not on record."""
        self._joining(upload_id).unlink(missing_ok=True)

    def not_on_record(self) -> Sequence[str]:
        """Films that were joined, or half joined, when their process died."""
        return [file.name.removeprefix(JOINING) for file in self._folder.glob(f"{JOINING}*")]

    def _joining(self, upload_id: str) -> Path:
        return self._folder / f"{JOINING}{upload_id}"

    def read(self, upload_id: str, size_bytes: int, take: Callable[[memoryview], None]) -> None:
        """Give `take` a film's first bytes, from the disk and not from memory.

        Raises:
            SpoolLostError: there are fewer.
            SpoolFaultError: the disk fails.
        """
        left, space = size_bytes, memoryview(bytearray(COPY_BYTES))
        path = self.path(upload_id)
        with telling(), suppress(FileNotFoundError), path.open("rb", buffering=0) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while left and (count := file.readinto(space[:left])):
                take(space[:count])
                left -= count
        if left:
            raise SpoolLostError(size_bytes - left)

    def size_bytes(self, upload_id: str) -> int:
        """How long a film's file is; nothing where there is none."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def remove(self, upload_id: str) -> None:
        self.path(upload_id).unlink(missing_ok=True)

    def held(self) -> Held:
        """Count what is here; a film may be stored and removed meanwhile."""
        sizes: list[int] = []
        for upload_id in self.uploads():
            with suppress(FileNotFoundError):
                sizes.append(self.path(upload_id).stat().st_size)
        return Held(len(sizes), sum(sizes))

    def uploads(self) -> Sequence[str]:
        """The ids of the uploads that have a file."""
        return [file.name for file in self._folder.iterdir() if is_id(file.name)]
