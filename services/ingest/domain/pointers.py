"""Where recordings are kept that may not enter this system: state secrets (S4, art. 27). Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.ingest import Carrier


@dataclass(frozen=True)
class Pointer:
    """That a recording exists, and who keeps it where. Nothing of what is in it."""

    clip_id: UUID
    agency_id: UUID
    kept_at: str
    """The place, for whoever may go and look there."""
    keeper_id: UUID
    sha256: str | None
    """Of its bytes, where somebody who may have them has told it."""
    recorded_start: datetime
    recorded_end: datetime
    carrier: Carrier
    filmed_by: UUID
    unit_id: UUID | None
    registered_by: UUID
    registered_at: datetime = field(compare=False)
