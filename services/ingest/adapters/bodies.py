"""How many films are read at once in this process: each holds memory and a turn at the disk."""

from collections.abc import Generator
from contextlib import contextmanager

from ingest.errors import BusyError


class Bodies:
    """Counts what is being read. For the event loop alone."""

    def __init__(self, at_once_max: int) -> None:
        self._at_once_max = at_once_max
        self._at_once = 0

    def expect_room(self) -> None:
        """Refuse before anything is made that would only wait for its bytes.

        Raises:
            BusyError: as many are read as may be.
        """
        if self._at_once >= self._at_once_max:
            raise BusyError

    @contextmanager
    def one(self) -> Generator[None]:
        """Within, one more is read.

        Raises:
            BusyError: as many are read as may be; of this one nothing was.
        """
        self.expect_room()
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1
