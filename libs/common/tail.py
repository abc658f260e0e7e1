"""The newest records of the embedded log, so that not every group reads and parses them again."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

from common.bus import Received, Record

LENGTH_MAX: Final = 2_000
"""Records kept in memory: some megabytes, and more than a group that keeps up is ever behind."""


class Tail:
    """Only what this process committed itself, without a hole; the file knows the rest.

    The list is replaced, never changed, so that readers need no lock. Writers take turns.
    """

    def __init__(self) -> None:
        self._records: Sequence[Received] = ()

    def extend(self, records: Sequence[Record], end: int) -> None:
        """Add committed records that stand without a hole up to offset `end`."""
        first = end - len(records) + 1
        newest = [Received(record, offset) for offset, record in enumerate(records, first)]
        follows = self._records and self._records[-1].offset == first - 1
        older = self._records if follows else ()  # otherwise somebody else wrote in between
        self._records = [*older, *newest][-LENGTH_MAX:]

    def read(self, after: Mapping[str, int], limit: int) -> tuple[Sequence[Received], int] | None:
        """The next records beyond each topic's place in `after`, and how far that read.

        `None` where the answer is not surely here.
        """
        records = self._records
        first = min(after.values(), default=0)
        if not records or first < records[0].offset - 1:
            return None
        start = bisect_right(records, first, key=_offset)
        wanted = (
            received
            for received in records[start:]
            if (topic := received.record.topic) in after and received.offset > after[topic]
        )
        batch = list(islice(wanted, limit))
        return batch, batch[-1].offset if len(batch) == limit else records[-1].offset


def _offset(received: Received) -> int:
    return received.offset
