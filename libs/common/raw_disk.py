"""Reads a file from the disk it lies on, past the memory that this machine has of it."""

import errno
import os
from collections.abc import Generator, Iterator
from mmap import mmap
from pathlib import Path
from typing import Final

PIECE_BYTES: Final = 1024 * 1024
"""Also a multiple of every disk's sector, as reading past the memory demands."""


def from_disk(path: Path) -> Iterator[memoryview]:
    """The file's bytes, in pieces that are only good until the next one.

    With O_DIRECT, or where a file system has none, after its pages were dropped. What the disk
    itself remembers is beyond us.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: the disk cannot read it.
    """
    done = 0
    try:
        for piece in _read(path, os.O_DIRECT, done):
            yield piece
            done += len(piece)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    else:
        return
    yield from _read(path, 0, done)


def _read(path: Path, how: int, offset: int) -> Generator[memoryview]:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | how)
    try:
        if not how:
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        size_bytes = os.fstat(file).st_size
        # Memory of its own pages: O_DIRECT takes nothing that begins within one.
        memory = memoryview(mmap(-1, PIECE_BYTES))
        while offset < size_bytes and (length := os.preadv(file, [memory], offset)):
            offset += length
            yield memory[:length]
    finally:
        os.close(file)
