"""Reads the facts of one film on standard input. Run as a process of its own, which limits itself.

A film is untrusted input to a large C library. Before the first byte of it is read, this process
gives up what `confinement` says; nothing it prints is trusted beyond its form. It imports little,
because it is started once for every clip.
"""

# PyAV's stubs leave its packets' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import json
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import FileIO
from itertools import islice
from typing import Final

import av
from av import AudioStream, VideoStream
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.subtitles import codeccontext, stream

from ingest.adapters.confinement import Limits, confine
from ingest.adapters.probe_timeline import Timeline
from ingest.adapters.probe_watch import Watch

READ_BYTES: Final = 1024 * 1024
TRACKS_MAX: Final = 32
"""How many are told of; a camera writes three or four."""
KINDS: Final = frozenset({"video", "audio", "subtitle", "data", "attachment"})
_CODE: Final = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")
_EXIF: Final = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)", re.ASCII)

IMPORTED_EARLY: Final = (codeccontext, stream)
"""PyAV would import these at the first subtitle, when this process can open no file any more."""

Main = VideoStream | AudioStream


def main() -> None:
    confine(Limits.from_json(sys.argv[1]))
    json.dump(read_facts(FileIO(0, closefd=False)), sys.stdout)


def open_film(film: FileIO) -> InputContainer:
    """Open what is on standard input and nothing that it names."""
    return av.open(film, "r", options={"protocol_whitelist": ""}, buffer_size=READ_BYTES)


def pictures_of(opened: InputContainer) -> list[VideoStream]:
    """The tracks that were filmed; a cover is none."""
    return [it for it in opened.streams.video if not it.disposition & Disposition.attached_pic]


def read_facts(film: FileIO) -> dict[str, object]:
    """Read every packet of a film, and decode a few.

    The facts are those of `ingest.domain.Facts`. Whatever it raises means that there are none.
    """
    with open_film(film) as opened:
        videos, audios = pictures_of(opened), opened.streams.audio
        main = (*videos, *audios)[0]
        timeline = Timeline(main)
        watches = {it.index: Watch(it) for it in (*videos[:1], *audios[:1])}
        for packet in opened.demux([it for it in opened.streams if it.index in watches]):
            watches[packet.stream_index].pass_by(packet)
            if packet.stream_index == main.index:
                timeline.pass_by(packet)
        seen = watches[videos[0].index] if videos else None
        heard = watches[audios[0].index] if audios else None
        rate = (videos[0].average_rate if videos else None) or 0
        return {
            "decodable": watches[main.index].decodable,
            "duration_ms": _duration_ms(opened, main),
            "width": videos[0].width if videos else 0,
            "height": videos[0].height if videos else 0,
            "video_codec": _codec(videos[0]) if videos else None,
            "audio_codec": _codec(audios[0]) if audios else None,
            "frame_rate_milli": round(rate * 1000),
            "jumps": timeline.jumps,
            "container": _code(opened.format.name.replace(",", "-")),
            "tracks": [_track(it) for it in islice(opened.streams, TRACKS_MAX)],
            "breaks": timeline.breaks,
            "missing_ms": timeline.missing_ms,
            "filmed_ms": timeline.filmed_ms,
            "black": seen.answer() if seen else None,
            "silent": heard.answer() if heard else None,
            "pictures_seen": seen.looks if seen else 0,
            "heard_ms": heard.heard_ms if heard else 0,
            **_made(opened.metadata | main.metadata, seen.metadata if seen else {}),
        }


def _duration_ms(opened: InputContainer, main: Main) -> int:
    if opened.duration is not None:
        return max(0, opened.duration * 1000 // av.time_base)
    return _lasts_ms(main)


def _lasts_ms(track: Stream) -> int:
    if track.duration is not None and track.time_base is not None:
        return max(0, int(track.duration * track.time_base * 1000))
    return 0


def _track(track: Stream) -> dict[str, object]:
    said: dict[str, object] = {
        "kind": track.type if track.type in KINDS else "other",
        "codec": _codec(track),
        "duration_ms": _lasts_ms(track),
        **dict.fromkeys(("width", "height", "frame_rate_milli", "channels", "sample_rate"), 0),
    }
    if isinstance(track, VideoStream):
        rate = round((track.average_rate or 0) * 1000)
        said |= {"width": track.width, "height": track.height, "frame_rate_milli": rate}
    if isinstance(track, AudioStream):
        said |= {"channels": track.channels, "sample_rate": track.sample_rate}
    return said


def _codec(track: Stream) -> str | None:
    codec = track.codec_context
    return _code(codec.codec.canonical_name) if codec else None


def _code(name: str) -> str | None:
    return name if _CODE.fullmatch(name) else None


def _made(film: Mapping[str, str], photo: Mapping[str, str]) -> dict[str, str | None]:
    """When a film's container, or a photograph's EXIF, says that it was made.

    A time without its zone is told as it stands and never taken for an instant.
    """
    if said := _EXIF.fullmatch(photo.get("ExifIFD/DateTimeOriginal", "")):
        zone = photo.get("ExifIFD/OffsetTimeOriginal") or photo.get("ExifIFD/0x9011", "")
        local = "{}-{}-{}T{}".format(*said.groups())
        return {"made_at": _instant(local + zone), "made_at_local": local}
    return {"made_at": _instant(film.get("creation_time", "")), "made_at_local": None}


def _instant(said: str) -> str | None:
    with suppress(ValueError, OverflowError):
        made_at = datetime.fromisoformat(said)
        return made_at.astimezone(UTC).isoformat() if made_at.tzinfo else None
    return None


if __name__ == "__main__":
    main()
