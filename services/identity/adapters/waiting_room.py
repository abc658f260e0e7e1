"""Lets a few in at once and a few more wait; the rest are told at once to come again."""

import threading
from collections.abc import Generator
from contextlib import contextmanager

from identity.errors import BusyError


class WaitingRoom:
    """Threads are few and every service works with the same ones, so waiting has two ends."""

    def __init__(self, inside_max: int, waiting_max: int, wait_max_s: float) -> None:
        self._places = threading.BoundedSemaphore(inside_max + waiting_max)
        self._inside = threading.BoundedSemaphore(inside_max)
        self._wait_max_s = wait_max_s

    @contextmanager
    def place(self) -> Generator[None]:
        """Be inside.

        Raises:
            BusyError: the room is full, or nobody came out in time.
        """
        if not self._places.acquire(blocking=False):
            raise BusyError
        try:
            if not self._inside.acquire(timeout=self._wait_max_s):
                raise BusyError
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._places.release()
