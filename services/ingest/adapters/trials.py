"""Trials of the way to us: how much of a body has come while its client still sends it."""

from collections.abc import Generator, Hashable
from contextlib import contextmanager
from typing import Final

from ingest.errors import BusyError, TrialUnknownError

AT_ONCE_MAX: Final = 8
"""Somebody who sets up a proxy makes one at a time."""


class Trials:
    """Counts in memory, as long as a body comes. For the event loop alone."""

    def __init__(self) -> None:
        self._came_bytes: dict[Hashable, int] = {}

    @contextmanager
    def begin(self, key: Hashable) -> Generator[None]:
        """Within, a trial is under way; of the same key a newer one takes its place.

        Raises:
            BusyError: as many are under way as may be.
        """
        if len(self._came_bytes) >= AT_ONCE_MAX:
            raise BusyError
        self._came_bytes[key] = 0
        try:
            yield
        finally:
            self._came_bytes.pop(key, None)

    def came(self, key: Hashable, size_bytes: int) -> None:
        self._came_bytes[key] = self._came_bytes.get(key, 0) + size_bytes

    def so_far(self, key: Hashable) -> int:
        """How many bytes have come.

        Raises:
            TrialUnknownError: none of this key is under way here.
        """
        if key not in self._came_bytes:
            raise TrialUnknownError
        return self._came_bytes[key]
