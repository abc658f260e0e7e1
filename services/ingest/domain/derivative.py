"""What is made of a kept film to be looked at quickly, and by which recipe. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.ingest import DerivativeKind
from ingest.domain.facts import Facts

PREVIEW_WHOLE_MAX_MS: Final = 10 * 60 * 1000
"""A longer film's preview shows its key pictures only: to decode all of a shift takes hours."""
STILLS: Final = {
    DerivativeKind.STILL_10: "still.10.v1",
    DerivativeKind.STILL_50: "still.50.v1",
    DerivativeKind.STILL_90: "still.90.v1",
}
"""A picture at so many percent of the film, JPEG, at most 1,280 points a side."""
PHOTO: Final = "photo.v1"
"""The same of a photograph."""
FILM: Final = "film.v1"
"""H.264 and AAC in fragmented MP4: 360 lines, at most 8 pictures a second, one channel."""
KEY_PICTURES: Final = "keys.v1"
"""The same with the film's key pictures only."""
SOUND: Final = "sound.v1"
"""AAC in fragmented MP4, one channel."""


@dataclass(frozen=True)
class Wanted:
    """One derivative that is to be made."""

    kind: DerivativeKind
    recipe: str


@dataclass(frozen=True)
class Order:
    """A derivative to be made of a clip's bytes."""

    clip_id: UUID
    agency_id: UUID
    parent_sha256: str
    wanted: Wanted


@dataclass(frozen=True)
class Derivative:
    """One that is kept. Never the original, and never locked: it can be made again."""

    kind: DerivativeKind
    recipe: str
    maker: str
    parent_sha256: str
    sha256: str
    size_bytes: int
    made_at: datetime


def wanted_of(facts: Facts) -> tuple[Wanted, ...]:
    """What is to be made of a film with these facts."""
    if not facts.decodable:
        return ()
    if facts.video_codec is None:
        return (Wanted(DerivativeKind.PREVIEW, SOUND),)
    if facts.duration_ms == 0 and facts.audio_codec is None:
        return (Wanted(DerivativeKind.PREVIEW, PHOTO),)
    is_long = max(facts.duration_ms, facts.filmed_ms or 0) > PREVIEW_WHOLE_MAX_MS
    stills = (Wanted(kind, recipe) for kind, recipe in STILLS.items())
    return (*stills, Wanted(DerivativeKind.PREVIEW, KEY_PICTURES if is_long else FILM))
