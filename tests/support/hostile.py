"""Makes files that mean harm, or claim what they do not hold, out of a sound film."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from PIL import Image

from tests.support.films import film, sound

MANY: Final = 10**9
FTYP: Final = struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 512, b"isom")


def hostile(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each by its name. `folder` is for what is on the way."""
    sane = film(folder / "sane.mp4", range(50)).read_bytes()
    yield "nothing", b""
    yield "text", "现场检查笔录\n".encode() * 1000
    yield "a script", b"#!/bin/sh\nrm -rf /\n"
    yield "zeros", bytes(1024 * 1024)
    yield "the end is missing", sane[: sane.rindex(b"moov") - 4]
    for tenth in range(1, 10):
        yield f"cut at {tenth}0 %", sane[: len(sane) * tenth // 10]
    yield "a large picture in a small file", picture_bomb(60_000)
    yield "a large picture in a film", film_bomb(folder)
    yield "a thousand million time stamps", claiming(sane, b"stts", 12)
    yield "a thousand million pictures", claiming(claiming(sane, b"stsz", 8, 1), b"stsz", 12)
    yield "a picture of a thousand million bytes", claiming(sane, b"stsz", 8)
    yield "a thousand million chunks", claiming(sane, b"stco", 8)
    yield "boxes in boxes", nested(50_000)
    yield "a box of all sizes", FTYP + struct.pack(">I4sQ", 1, b"moov", 2**63 - 1)
    yield "a recording without end", endless(folder)


def polyglot(folder: Path) -> bytes:
    """A film that is an archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("run.sh", "rm -rf /")
    return film(folder / "poly.mp4", range(50)).read_bytes() + archive.getvalue()


def picture_bomb(side: int, *, colours: bool = False) -> bytes:
    """A PNG of `side` by `side` points, all empty: of one bit each, or of four bytes."""
    bits, kind, row_bytes = (8, 6, 4 * side) if colours else (1, 0, (side + 7) // 8)
    packer, row = zlib.compressobj(1), bytes(1 + row_bytes)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, bits, kind, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    checked = name + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def film_bomb(folder: Path) -> bytes:
    """Pictures of 16 points that claim 16,384 by 16,384, one after the other."""
    Image.new("RGB", (16, 16)).save(folder / "small.jpg")
    small = (folder / "small.jpg").read_bytes()
    size = small.index(b"\xff\xc0") + 5  # of the frame: its marker, length and depth come first
    large = small[:size] + struct.pack(">HH", 16_384, 16_384) + small[size + 4 :]
    return large * 200


def claiming(film: bytes, box: bytes, place: int, number: int = MANY) -> bytes:
    """A film in which one box says another number, `place` bytes after where its name begins."""
    at = film.rindex(box) + place
    return film[:at] + struct.pack(">I", number) + film[at + 4 :]


def nested(depth: int) -> bytes:
    """Boxes of MP4, each within the one before."""
    size = 8 * depth
    return FTYP + b"".join(struct.pack(">I4s", size - 8 * it, b"moov") for it in range(depth))


def endless(folder: Path) -> bytes:
    """A recording that begins again and again, and whose end is never marked."""
    said = sound(folder / "said.ogg", "libopus", 3, lambda _: 9000).read_bytes()
    pages = [b"OggS" + page for page in said.split(b"OggS")[1:]]
    return b"".join(pages[:2]) + b"".join(pages[2:-1]) * 200
