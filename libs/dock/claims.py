"""When a film was made, as its name, its bytes and its card claim. Shown with origin, not trusted.

A body camera's clock is often wrong, a name can be typed, and a copy has the time of copying.
"""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import BinaryIO, Final, NamedTuple

from contracts.ingest import TimeOrigin

EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
"""Of times in MP4 and QuickTime files. Source: ISO/IEC 14496-12, 8.2.2."""
BOXES_MAX: Final = 1_000
"""More are in no file of a camera; a hostile one must not hold us."""
KNOWN: Final = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"pnot"}
MOMENT: Final = timedelta(seconds=1)
"""How long something is said to last of which no end is claimed, such as a photo."""
LENGTH_MAX: Final = timedelta(hours=24)
"""No film is longer; a file changed later than so after its beginning was touched since."""
WHEN: Final = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(\d\d)[-_.]?(\d\d)[-_. T]?(\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)"
)


class Claim(NamedTuple):
    """An instant and who claims it."""

    instant: datetime
    origin: TimeOrigin


@dataclass(frozen=True)
class Embedded:
    """What the bytes of a film say."""

    made_at: datetime | None
    length: timedelta | None


@dataclass(frozen=True)
class Interval:
    """From when to when something was recorded, as far as claims go."""

    start: Claim
    end: Claim
    claims: tuple[Claim, ...]
    """Every one that was found, also those not chosen."""


def interval(name: str, modified_ns: int, embedded: Embedded, zone: tzinfo) -> Interval:
    """Choose among claims: the name's time first, then the embedded one, then the card's.

    Devices name a file when recording begins and in the time their user reads; what they embed is
    the beginning for some and the end for others, in UTC or not.
    """
    modified = Claim(_instant(modified_ns), TimeOrigin.MODIFIED)
    found: list[Claim] = []
    if named := in_name(name, zone):
        found.append(Claim(named, TimeOrigin.FILE_NAME))
    if embedded.made_at:
        found.append(Claim(embedded.made_at, TimeOrigin.EMBEDDED))
    if found:
        start = found[0]
    else:
        start = Claim(modified.instant - (embedded.length or MOMENT), TimeOrigin.MODIFIED)
    return Interval(start, _end(start, modified, embedded), (*found, modified))


def _end(start: Claim, modified: Claim, embedded: Embedded) -> Claim:
    if embedded.length:
        return Claim(start.instant + embedded.length, TimeOrigin.EMBEDDED)
    if start.instant < modified.instant <= start.instant + LENGTH_MAX:
        return modified
    return Claim(start.instant + MOMENT, TimeOrigin.MOMENT)


def in_name(name: str, zone: tzinfo) -> datetime | None:
    """The first time that a file's name tells, read as of `zone`."""
    for found in WHEN.finditer(name):
        try:
            return datetime(*map(int, found.groups()), tzinfo=zone).astimezone(UTC)  # pyright: ignore[reportArgumentType] - six numbers
        except ValueError:  # the 45th of a month
            continue
    return None


def in_bytes(file: BinaryIO, size_bytes: int) -> Embedded:
    """What an MP4 or QuickTime file says of itself; of anything else, nothing."""
    try:
        return _movie_header(file, size_bytes)
    except (struct.error, OSError, OverflowError, ValueError):  # no such file, or a broken one
        return Embedded(None, None)


def _movie_header(file: BinaryIO, size_bytes: int) -> Embedded:
    """Read the box `mvhd` within `moov`. Source: ISO/IEC 14496-12, 4.2 and 8.2.2."""
    begin, end, path = 0, size_bytes, [b"moov", b"mvhd"]
    for _ in range(BOXES_MAX):
        if begin + 8 > end:
            break
        file.seek(begin)
        size, kind = struct.unpack(">I4s", file.read(8))
        body = begin + 8
        if size == 1:
            size, body = struct.unpack(">Q", file.read(8))[0], begin + 16
        elif size == 0:
            size = end - begin
        if begin == 0 and kind not in KNOWN:
            break
        if kind == path[0]:
            if len(path) == 1:
                return _times(file.read(32))
            begin, end, path = body, begin + size, path[1:]
        else:
            begin += max(size, 8)
    return Embedded(None, None)


def _times(content: bytes) -> Embedded:
    version = content[0]
    made, _, scale, length = struct.unpack_from(">QQIQ" if version == 1 else ">IIII", content, 4)
    lasts = timedelta(seconds=length / scale) if scale else timedelta(0)
    return Embedded(
        EPOCH + timedelta(seconds=made) if made else None,
        lasts if timedelta(0) < lasts <= LENGTH_MAX else None,
    )


def _instant(modified_ns: int) -> datetime:
    return datetime.fromtimestamp(modified_ns // 1_000_000_000, UTC)
