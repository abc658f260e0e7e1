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
from typing import Final

import av
from av import AudioStream, VideoStream
from av.container import InputContainer
from av.error import FFmpegError
from av.subtitles import codeccontext, stream

from ingest.adapters.confinement import Limits, confine

READ_BYTES: Final = 1024 * 1024
TRIES_MAX: Final = 300
"""Packets among which one must decode; a stream may begin between two key pictures."""
JUMP_S: Final = 1
"""A longer step between two packets is a hole, unless the pictures are rarer than that."""
_CODE: Final = re.compile(r"[a-z0-9_]+([.-][a-z0-9_]+)*")

IMPORTED_EARLY: Final = (codeccontext, stream)
"""PyAV would import these at the first subtitle, when this process can open no file any more."""

Main = VideoStream | AudioStream


def main() -> None:
    confine(Limits.from_json(sys.argv[1]))
    json.dump(read_facts(FileIO(0, closefd=False)), sys.stdout)


def read_facts(film: FileIO) -> dict[str, object]:
    """Read every packet of a film's main stream, and decode the first picture or sound.

    The facts are those of `ingest.domain.Facts`. Whatever it raises means that there are none.
    """
    with av.open(film, "r", options={"protocol_whitelist": ""}, buffer_size=READ_BYTES) as opened:
        videos, audios = opened.streams.video, opened.streams.audio
        main = (*videos, *audios)[0]
        decodable, jumps = _walk(opened, main)
        rate = (videos[0].average_rate if videos else None) or 0
        return {
            "decodable": decodable,
            "duration_ms": _duration_ms(opened, main),
            "width": videos[0].width if videos else 0,
            "height": videos[0].height if videos else 0,
            "video_codec": _codec(videos[0]) if videos else None,
            "audio_codec": _codec(audios[0]) if audios else None,
            "frame_rate_milli": round(rate * 1000),
            "made_at": _made_at(opened.metadata | main.metadata),
            "jumps": jumps,
        }


def _walk(opened: InputContainer, main: Main) -> tuple[bool, int]:
    """Whether anything decodes, and how often the time stamps jump."""
    rarest_s = 3 / main.average_rate if isinstance(main, VideoStream) and main.average_rate else 0
    step_max = max(JUMP_S, rarest_s) / (main.time_base or 1)
    decodable, tries, jumps, last = False, 0, 0, None
    for packet in opened.demux(main):
        if not decodable and tries < TRIES_MAX:
            tries += 1
            with suppress(FFmpegError):
                decodable = bool(packet.decode())
        if packet.dts is not None:
            jumps += last is not None and not 0 <= packet.dts - last <= step_max
            last = packet.dts
    return decodable, jumps


def _duration_ms(opened: InputContainer, main: Main) -> int:
    if opened.duration is not None:
        return max(0, opened.duration * 1000 // av.time_base)
    if main.duration is not None and main.time_base is not None:
        return max(0, int(main.duration * main.time_base * 1000))
    return 0


def _codec(stream: Main) -> str | None:
    name = stream.codec_context.codec.canonical_name
    return name if _CODE.fullmatch(name) else None


def _made_at(metadata: Mapping[str, str]) -> str | None:
    with suppress(ValueError, OverflowError):
        made_at = datetime.fromisoformat(metadata.get("creation_time", ""))
        return made_at.astimezone(UTC).isoformat() if made_at.tzinfo else None
    return None


if __name__ == "__main__":
    main()
