"""Makes the films of the story: real MP4 files with a running clock burnt in and a tone."""

# PyAV's stubs leave its packets' and pictures' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

import math
from array import array
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import av
from av import AudioFrame, VideoFrame
from av.audio import AudioStream
from av.container import OutputContainer
from av.video import VideoStream
from PIL import Image, ImageDraw, ImageFont

LOCAL: Final = ZoneInfo("Asia/Shanghai")
WIDTH, HEIGHT = 320, 180
FRAMES_PER_S: Final = 5
"""Enough to see the clock run; a film of two minutes is made in about a second."""
SAMPLES_PER_S: Final = 16_000
TONE_HZ: Final = 440
TICK: Final = Fraction(1, FRAMES_PER_S)


def make_film(path: Path, begins_at: datetime, seconds: int, caption: str = "") -> None:
    """Write an H.264 and AAC film of `seconds`, its clock starting at `begins_at`.

    `caption` is drawn below the clock, in letters of the Latin alphabet: no font with others comes
    with the product. The container says `begins_at` as its time of creation, as a camera would.
    """
    with av.open(str(path), "w", format="mp4") as film:
        film.metadata["creation_time"] = begins_at.isoformat()
        picture, sound = _picture(film), _sound(film)
        for second, image in enumerate(_clock(begins_at, seconds, caption)):
            _show(film, picture, image, second)
            film.mux(sound.encode(_tone(second)))
        film.mux(picture.encode())
        film.mux(sound.encode())


def _picture(film: OutputContainer) -> VideoStream:
    stream = film.add_stream("libx264", rate=FRAMES_PER_S, options={"preset": "ultrafast"})
    stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    stream.codec_context.time_base = TICK
    return stream


def _sound(film: OutputContainer) -> AudioStream:
    return film.add_stream("aac", rate=SAMPLES_PER_S, layout="mono")


def _clock(begins_at: datetime, seconds: int, caption: str) -> Iterator[Image.Image]:
    large, small = ImageFont.load_default(size=44), ImageFont.load_default(size=16)
    for second in range(seconds):
        shown = (begins_at + timedelta(seconds=second)).astimezone(LOCAL)
        image = Image.new("RGB", (WIDTH, HEIGHT), (32, 48, 72))
        draw = ImageDraw.Draw(image)
        draw.text((16, 16), shown.strftime("%Y-%m-%d"), "white", small)
        draw.text((16, 52), shown.strftime("%H:%M:%S"), "white", large)
        draw.text((16, 140), caption, "white", small)
        yield image


def _show(film: OutputContainer, stream: VideoStream, image: Image.Image, second: int) -> None:
    # Drawn and converted once a second: drawing costs more than encoding.
    frame = VideoFrame.from_image(image).reformat(format="yuv420p")
    for tick in range(FRAMES_PER_S):
        frame.pts, frame.time_base = second * FRAMES_PER_S + tick, TICK
        film.mux(stream.encode(frame))


def _tone(second: int) -> AudioFrame:
    frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES_PER_S)
    frame.sample_rate = SAMPLES_PER_S
    frame.pts, frame.time_base = second * SAMPLES_PER_S, Fraction(1, SAMPLES_PER_S)
    frame.planes[0].update(_ONE_SECOND)
    return frame


_ONE_SECOND: Final = array(
    "h",
    (
        int(6_000 * math.sin(2 * math.pi * TONE_HZ * sample / SAMPLES_PER_S))
        for sample in range(SAMPLES_PER_S)
    ),
).tobytes()
