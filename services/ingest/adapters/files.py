"""What the spool asks of the operating system to write a film; tests make it fail as disks do."""

import fcntl
import os
from pathlib import Path

from common.objects import fsync


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
