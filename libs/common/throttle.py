"""Bounds what people can make us write: the first few of a kind in every minute."""

import threading
from collections import Counter
from collections.abc import Hashable
from datetime import datetime


class Throttle:
    """Counts in memory, for this process. A restart only lets a few more through."""

    def __init__(self, per_minute_max: int) -> None:
        self._per_minute_max = per_minute_max
        self._lock = threading.Lock()
        self._minute = 0
        self._seen: Counter[Hashable] = Counter()

    def admits(self, kind: Hashable, now: datetime, per_minute_max: int | None = None) -> bool:
        """Count one more of `kind`; whether it is among the first of this minute.

        `per_minute_max` is this kind's own limit, where it has one.
        """
        minute = int(now.timestamp()) // 60
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._seen.clear()
            self._seen[kind] += 1
            return self._seen[kind] <= (per_minute_max or self._per_minute_max)
