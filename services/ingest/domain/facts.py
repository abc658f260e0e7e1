"""What is read from a clip's bytes. Pure."""

from typing import Annotated, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
)

from common.events import Code
from ingest.domain.announcement import Instant

Number = Annotated[int, Field(ge=0, le=2**53)]
"""What every database and every client can hold; a film that claims more is not read at all."""


Small = Annotated[int, Field(ge=0, le=2**31 - 1)]


class Facts(BaseModel):
    """What a limited process read from a clip's bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    decodable: bool
    duration_ms: Number
    width: Small
    height: Small
    video_codec: Code | None
    audio_codec: Code | None
    frame_rate_milli: Number
    """Frames per 1,000 seconds; 0 where there is no picture."""
    made_at: Instant | None
    jumps: Small


UNDECODABLE: Final = Facts(
    decodable=False,
    duration_ms=0,
    width=0,
    height=0,
    video_codec=None,
    audio_codec=None,
    frame_rate_milli=0,
    made_at=None,
    jumps=0,
)
"""A clip that cannot be read is kept all the same, and flagged."""
