"""What a dock tells of the numbers that a device gave the files of a card. Pure.

Numbers for which there is no file are a possible selection, which a person explains: what is
recorded may not be picked from at will (不得任意选择取舍: S1-A2§7; S3§5).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from contracts.ingest import NumbersFrom

GAPS_MAX: Final = 1_000
"""How many gaps of a card are told one by one; a card holds some hundreds of films."""


class Gap(NamedTuple):
    """Numbers for which there is no file, the first and the last of them."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class CardReport:
    """The files of one device on one card, as a dock found them. Kept for ever, never edited."""

    report_id: UUID
    agency_id: UUID
    device_id: UUID
    device_no: str
    numbers_from: NumbersFrom
    files: int
    """How many files of the device the card had."""
    gaps: tuple[Gap, ...]
    further_gaps: int
    """How many there are besides, of a card with more than can be told one by one."""
    further_missing: int
    """How many numbers are missing in those."""
    reported_by: UUID = field(compare=False)
    """The first who told it: the same card told by a colleague is the same report."""
    reported_at: datetime = field(compare=False)

    @property
    def gap_count(self) -> int:
        return len(self.gaps) + self.further_gaps

    @property
    def missing_count(self) -> int:
        return sum(gap.size for gap in self.gaps) + self.further_missing

    @property
    def gaps_sha256(self) -> str:
        """Of the gaps as `first-last`, a line for each, in the order in which they were told."""
        lines = "".join(f"{gap.first}-{gap.last}\n" for gap in self.gaps)
        return hashlib.sha256(lines.encode()).hexdigest()
