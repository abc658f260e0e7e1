"""What a list of clips is asked for, and what it shows of each. Pure."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.ingest import Carrier
from ingest.domain.upload import UploadState


@dataclass(frozen=True)
class Wanted:
    """What is looked for; what is None is not asked for."""

    state: UploadState | None = None
    device_no: str | None = None
    recorded_from: datetime | None = None
    recorded_to: datetime | None = None
    """The recording began at the first or later, and before the second."""


@dataclass(frozen=True)
class Listed:
    """A clip as it was announced, and how far its bytes are."""

    clip_id: UUID
    state: UploadState
    offset: int
    size_bytes: int | None
    device_no: str
    carrier: Carrier
    filename: str
    recorded_start: datetime
    recorded_end: datetime
    filmed_by: UUID
    uploaded_by: UUID
    unit_id: UUID | None
    announced_at: datetime
    moved_at: datetime
