"""A film's file in the hands of one request: what is acknowledged <= durable <= written."""

import errno
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, Self

from ingest.adapters.files import Files
from ingest.errors import NoRoomError, SpoolFaultError, SpoolLostError

NO_FILE: Final = -1
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Growing:
    """Bytes go to an explicit place, never "to the end": there lies what a dead process left.

    After a failed `sync` nobody can say which bytes are on the disk, and asking once more would be
    answered with yes (the kernel has dropped the pages): nothing more is written or synced here.
    Whoever comes next cuts the file to what was acknowledged, and has the rest sent again.
    """

    def __init__(self, files: Files, file: int, *, named: Callable[[], None]) -> None:
        """`named` makes the file's name durable and is called with the first bytes."""
        self.written = 0
        self.durable = 0
        self._files = files
        self._file = file
        self._named = named
        self._is_broken = False

    def continue_at(self, offset: int) -> None:
        """Cut off what was written and never acknowledged, and go on behind what was.

        Raises:
            SpoolLostError: the file ends before `offset`.
        """
        with telling():
            size = self._files.size_bytes(self._file)
            if size < offset:
                raise SpoolLostError(size)
            if size > offset:
                self._files.truncate(self._file, offset)
        self.written = self.durable = offset

    def write(self, content: bytes | bytearray | memoryview) -> None:
        """Put bytes behind those that were written.

        Raises:
            NoRoomError, SpoolFaultError: as if none of them had come.
        """
        offset, left = self.written, memoryview(content)
        with telling():
            while left:
                done = self._files.write(self._file, left, offset)
                offset, left = offset + done, left[done:]
        self.written = offset

    def sync(self) -> None:
        """Return when all that was written is durable, also the name under which it is found.

        Another thread may write meanwhile; what it writes counts with the next time.

        Raises:
            NoRoomError, SpoolFaultError: it cannot be; only what was durable before is.
        """
        if self._is_broken:
            raise SpoolFaultError
        self._is_broken = True  # until it went well
        written = self.written
        with telling():
            self._files.sync(self._file)
            if self.durable == 0:  # also of a file whose maker died before it came to this
                self._named()
        self._is_broken = False
        self.durable = written

    @property
    def is_asked_for(self) -> bool:
        """Whether another process waits for it."""
        return self._files.is_asked_for(self._file)

    def close(self) -> None:
        """Let go of it. Its number may soon be another file's: nothing is done by it now."""
        file, self._file = self._file, NO_FILE
        self._files.close(file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def telling() -> Generator[None]:
    """Say what a disk's failure means for an upload.

    Raises:
        NoRoomError: the disk is full.
        SpoolFaultError: it fails otherwise.
    """
    try:
        yield
    except OSError as error:
        raise NoRoomError if error.errno in FULL else SpoolFaultError from error
