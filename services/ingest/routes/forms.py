"""What people say of recordings that are not uploaded."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from contracts.ingest import Carrier
from ingest.domain.announcement import Instant


class RecordedIn(BaseModel):
    """When and by whom something was recorded, and with what."""

    model_config = ConfigDict(extra="forbid")

    recorded_start: Instant
    recorded_end: Instant
    carrier: Carrier
    filmed_by: UUID
    unit_id: UUID | None = None
    """The unit whose act it was; left out, that of whoever tells."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.recorded_end <= self.recorded_start:
            raise ValueError("ends before it starts")
        return self
