"""What the spool asks of the operating system to write a film; tests make it fail as disks do."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from struct import Struct
from typing import Final

from common.objects import fsync

WHOLE: Final = Struct("hhqqi4x")
"""`struct flock` of 64 bits: kind, whence, start, length, process."""


class Files:
    """The operating system's own files."""

    def open(self, path: Path, *, make: bool) -> int:
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC | (os.O_CREAT if make else 0)
        return os.open(path, flags, 0o600)

    def lock(self, file: int) -> None:
        """Take the file for ourselves until it is closed, or our process ends however it does.

        Raises:
            BlockingIOError: another process has it.
        """
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def ask_for(self, file: int) -> None:
        """Let whoever has the file know that we wait for it, until we close it or die.

        Said by a lock of another kind (OFD), which takes nothing from who has the first. Where
        somebody else asks already, that will do.
        """
        with suppress(BlockingIOError):
            self._control(file, fcntl.F_OFD_SETLK)

    def is_asked_for(self, file: int) -> bool:
        """Whether somebody waits for a file that is ours."""
        kind, *_ = WHOLE.unpack(self._control(file, fcntl.F_OFD_GETLK))
        return kind != fcntl.F_UNLCK

    def _control(self, file: int, what: int) -> bytes:
        return fcntl.fcntl(file, what, WHOLE.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))

    def size_bytes(self, file: int) -> int:
        return os.fstat(file).st_size

    def write(self, file: int, content: memoryview, offset: int) -> int:
        """Write some of `content`, and say how much."""
        return os.pwrite(file, content, offset)

    def truncate(self, file: int, size_bytes: int) -> None:
        os.ftruncate(file, size_bytes)

    def sync(self, file: int) -> None:
        """Return when what was written is durable."""
        os.fdatasync(file)

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in `folder` are durable."""
        fsync(folder)

    def close(self, file: int) -> None:
        os.close(file)
