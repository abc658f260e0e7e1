"""What people say of recordings that are not uploaded."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict, field_validator

from contracts.ingest import Carrier
from ingest.domain.announcement import Instant, later_than_start


class RecordedIn(BaseModel):
    """When and by whom something was recorded, and with what."""

    model_config = ConfigDict(extra="forbid")

    recorded_start: Instant
    recorded_end: Instant
    carrier: Carrier
    filmed_by: UUID
    unit_id: UUID | None = None
    """The unit whose act it was; left out, that of whoever tells."""

    _ordered = field_validator("recorded_end")(later_than_start)
