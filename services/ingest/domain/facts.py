"""What is read from a clip's bytes. Pure."""

from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from common.events import Code
from ingest.domain.announcement import Instant

Number = Annotated[int, Field(ge=0, le=2**53)]
"""What every database and every client can hold; a film that claims more is not read at all."""


Small = Annotated[int, Field(ge=0, le=2**31 - 1)]
Signed = Annotated[int, Field(ge=-(2**53), le=2**53)]
LocalTime = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}$")
]
Answer = Literal["yes", "no", "unknown"]
TRACKS_MAX: Final = 32
BREAKS_MAX: Final = 100


class Track(BaseModel):
    """One track of a film's container, as the container declares it; 0 where nothing is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["video", "audio", "subtitle", "data", "attachment", "other"]
    codec: Code | None
    duration_ms: Number
    width: Small
    height: Small
    frame_rate_milli: Number
    channels: Small
    sample_rate: Small


class Break(BaseModel):
    """A place where the time stamps of the main track do not go on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_ms: Signed
    """Where they end, after the film's first."""
    length_ms: Signed
    """To where they go on: the length of a hole, negative where they go back."""


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
    """When the file says it was made: a claim. A film's container, or a photograph's EXIF."""
    jumps: Small
    """How many breaks there are, listed or not."""
    container: Code | None = None
    """FFmpeg's name of the format, or of the family that it cannot tell apart. From here on None
    also means that the probe was made before these facts were read."""
    tracks: Annotated[tuple[Track, ...], Field(max_length=TRACKS_MAX)] | None = None
    breaks: Annotated[tuple[Break, ...], Field(max_length=BREAKS_MAX)] | None = None
    """The first of them."""
    missing_ms: Number | None = None
    """How long all holes are together."""
    filmed_ms: Number | None = None
    """How long the main track's packets last without the holes. Far less than `duration_ms`: the
    film is cut off, or claims what it does not hold."""
    made_at_local: LocalTime | None = None
    """A photograph's own time as it stands there; `made_at` too where it names its zone."""
    black: Answer | None = None
    """Whether every picture that was looked at is black; None: it has no pictures. Pictures are
    looked at until one shows something, from the beginning and then here and there."""
    silent: Answer | None = None
    """The same of sound."""
    pictures_seen: Small | None = None
    heard_ms: Number | None = None


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
