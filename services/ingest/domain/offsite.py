"""Recordings that lie outside this system, on a designated storage device (S4, art. 23). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.ingest import Carrier, IndexField
from ingest.domain.announcement import Announcement, Secrecy

SHARED: Final = (
    *("sha256", "recorded_start", "recorded_end", "carrier", "filmed_by", "device_no"),
    "secrecy",
)
"""What an entry and the announcement of its upload both say. The unit is compared where the entry
names one: an announcement that names none has that of whoever makes it."""


@dataclass(frozen=True)
class OffsiteClip:
    """What is said of such a recording, once and for all. Its bytes are not here."""

    clip_id: UUID
    agency_id: UUID
    sha256: str
    size_bytes: int
    recorded_start: datetime
    recorded_end: datetime
    carrier: Carrier
    device_no: str
    filmed_by: UUID
    officers: tuple[UUID, ...]
    place: str
    unit_id: UUID | None
    secrecy: Secrecy
    registered_by: UUID
    registered_at: datetime = field(compare=False)

    def indexed(self) -> dict[IndexField, object]:
        """What it is filed under, as JSON."""
        said: dict[IndexField, object] = {
            IndexField.AGENCY: str(self.agency_id),
            IndexField.DEVICE_NO: self.device_no,
            IndexField.OFFICERS: [str(officer) for officer in self.officers],
            IndexField.FILMED_BY: str(self.filmed_by),
            IndexField.RECORDED: "/".join(
                instant.isoformat() for instant in (self.recorded_start, self.recorded_end)
            ),
            IndexField.PLACE: self.place,
            IndexField.CARRIER: self.carrier.value,
        }
        return said | ({IndexField.UNIT: str(self.unit_id)} if self.unit_id else {})

    def differences(self, announced: Announcement, size_bytes: int | None) -> Sequence[str]:
        """Where an announcement says otherwise than the entry whose original it is to become.

        A length may be unknown yet: the digest tells in the end.
        """
        unlike = [name for name in SHARED if getattr(self, name) != getattr(announced, name)]
        if self.unit_id not in {None, announced.unit_id}:
            unlike.append("unit_id")
        if size_bytes not in {None, self.size_bytes}:
            unlike.append("size_bytes")
        return unlike


@dataclass(frozen=True)
class Placement:
    """From when on a recording lies on a storage device."""

    placement_id: UUID
    clip_id: UUID
    number: int
    """0 for where it was registered, then one more for each move."""
    storage_device_id: UUID
    placed_by: UUID
    placed_at: datetime = field(compare=False)


@dataclass(frozen=True)
class OffsiteRecord:
    """All that is on record of such a recording."""

    clip: OffsiteClip
    placements: Sequence[Placement]
    """Never empty; the last one is where it lies now."""
    brought_in_at: datetime | None
    """Since when its very bytes are kept here too, under its id or another."""
