"""Which bytes of a clip somebody asked for, and what kind of file they belong to. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from common.events import Code
from contracts.ingest import Carrier

_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
HEAD_BYTES: Final = 16
"""How much of a file tells its kind."""
PARTS_PER_MINUTE_MAX: Final = 5
"""How many parts of a clip one view tells apart in a minute. ADR-0017."""


@dataclass(frozen=True)
class Clip:
    """What access must know of a clip whose original is kept."""

    clip_id: UUID
    agency_id: UUID
    sha256: str
    size_bytes: int
    carrier: Carrier
    recorded_start: datetime
    recorded_end: datetime
    filmed_by: UUID


@dataclass(frozen=True)
class View:
    """A granted request, open to its person until it expires."""

    view_no: UUID
    request_id: UUID
    clip_id: UUID
    agency_id: UUID
    viewer_id: UUID
    expires_at: datetime


@dataclass(frozen=True)
class Extent:
    """The bytes from `first` to `last`, both included, of a file of `size_bytes`."""

    first: int
    last: int
    size_bytes: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1

    @property
    def is_whole(self) -> bool:
        return self.length == self.size_bytes


def extent(wanted: str | None, size_bytes: int) -> Extent | None:
    """What a Range header asks for; None where the file has no such bytes (RFC 9110, 14.1.2).

    A header that is malformed or asks for several ranges is ignored, as the RFC lets us.
    """
    match = _RANGE.fullmatch(wanted or "")
    first, last = match.groups() if match else ("0", "")
    if first and last and int(last) < int(first):
        first, last = "0", ""
    if not first and not last:
        first = "0"
    if first:
        start, end = int(first), min(int(last or size_bytes), size_bytes - 1)
    else:
        start, end = max(size_bytes - int(last), 0), size_bytes - 1
    return Extent(start, end, size_bytes) if start <= end else None


def to_record(said: Sequence[tuple[int, int]], extent: Extent) -> Extent | None:
    """What is to be put on record before `extent` is shown; None if what is `said` covers it.

    `said` are the first and last bytes on record for this view in this minute. A player asks for a
    film in many pieces, and each would be an entry: beyond `PARTS_PER_MINUTE_MAX` of them, all of
    the clip is said to be shown. So the record may say too much, and never too little (ADR-0011).
    """
    if any(first <= extent.first and extent.last <= last for first, last in said):
        return None
    if len(said) < PARTS_PER_MINUTE_MAX:
        return extent
    return Extent(0, extent.size_bytes - 1, extent.size_bytes)


@dataclass(frozen=True)
class Kind:
    """What a file is, told by its first bytes and by nothing anybody typed."""

    extension: Code
    media_type: str


def kind(head: bytes) -> Kind:
    """Tell a file's kind from its first `HEAD_BYTES` bytes."""
    if head[4:8] == b"ftyp":
        return Kind("mp4", "video/mp4")
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return Kind("avi", "video/x-msvideo")
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return Kind("wav", "audio/wav")
    if head[:3] == b"\xff\xd8\xff":
        return Kind("jpg", "image/jpeg")
    return Kind("bin", "application/octet-stream")
