"""How slowly a client may send before it is taken for gone, so that it holds no place for ever."""

from collections.abc import Generator
from contextlib import contextmanager
from math import inf

import anyio
from anyio import CancelScope


class Pace:
    """A scope to read in, which ends when too little has come for too long.

    Within each `window_s` at least the window's share of the rate has to come. That bounds silence
    as well: whoever sends nothing for a window has sent too little in it.
    """

    def __init__(self, least_bytes_per_s: int, window_s: float) -> None:
        self._window_s = window_s
        self._least_bytes = least_bytes_per_s * window_s
        self._came_bytes = 0
        self.scope = CancelScope(deadline=anyio.current_time() + window_s)

    def came(self, size_bytes: int) -> None:
        """Count what came; a window that has its share is followed by the next."""
        self._came_bytes += size_bytes
        if self._came_bytes >= self._least_bytes:
            self._came_bytes = 0
            self.scope.deadline = anyio.current_time() + self._window_s

    @contextmanager
    def resting(self) -> Generator[None]:
        """Within passes our time, not the client's: a slow disk is not its fault."""
        left = self.scope.deadline - anyio.current_time()
        self.scope.deadline = inf
        try:
            yield
        finally:
            self.scope.deadline = anyio.current_time() + left
