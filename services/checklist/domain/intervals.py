"""Spans of time as half-open intervals of whole milliseconds, and what is missing of one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_MS: Final = 1000


class Interval(NamedTuple):
    """From `start_ms` up to but not including `end_ms`, milliseconds since 1970 in UTC."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        return max(0, self.end_ms - self.start_ms)


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same moments in the fewest intervals, in order. Empty ones vanish, neighbours join."""
    joined: list[Interval] = []
    for start_ms, end_ms in sorted(interval for interval in intervals if interval.length_ms):
        if joined and start_ms <= joined[-1].end_ms:
            joined[-1] = Interval(joined[-1].start_ms, max(joined[-1].end_ms, end_ms))
        else:
            joined.append(Interval(start_ms, end_ms))
    return joined


def difference(window: Interval, covered: Sequence[Interval]) -> list[Interval]:
    """The moments of `window` that none of `covered` holds; `covered` is a result of `union`."""
    missing: list[Interval] = []
    at_ms = window.start_ms
    for start_ms, end_ms in covered:
        if start_ms >= window.end_ms:
            break
        if start_ms > at_ms:
            missing.append(Interval(at_ms, start_ms))
        at_ms = max(at_ms, end_ms)
    if at_ms < window.end_ms:
        missing.append(Interval(at_ms, window.end_ms))
    return missing


def total_ms(intervals: Iterable[Interval]) -> int:
    return sum(interval.length_ms for interval in intervals)


def ms_of(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def instant_of(at_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=at_ms)
