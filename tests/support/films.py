"""Makes the films that a probe is shown: real containers with chosen pictures and sounds."""

# PyAV's stubs leave its packets' and pictures' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from array import array
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av import AudioFrame, AudioStream, VideoFrame
from PIL import Image

from ingest.adapters.confinement import Limits
from ingest.adapters.probe_process import LIMITS, ProbeProcess
from ingest.domain.facts import Facts

RATE: Final = 5
"""Pictures per second."""
SIZE: Final = (64, 64)
SAMPLES_PER_S: Final = 16_000
WAIT_S: Final = 120
WHITE, BLACK = Image.new("RGB", SIZE, "white"), Image.new("RGB", SIZE)


def probe(path: Path, limits: Limits = LIMITS) -> Facts:
    """What the real, confined process says of a file."""
    with path.open("rb") as film:
        process = ProbeProcess(film, limits)
    facts = process.wait(WAIT_S)
    process.close()
    assert facts is not None
    return facts


def film(
    path: Path,
    ticks: Iterable[int],
    picture: Callable[[int], Image.Image] = lambda _: WHITE,
    key_every: int = 25,
) -> Path:
    """A silent film with a picture at each of `ticks`, a fifth of a second each."""
    with av.open(str(path), "w") as made:
        options = {"preset": "ultrafast", "x264-params": f"keyint={key_every}:scenecut=0"}
        stream = made.add_stream("libx264", rate=RATE, options=options)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.codec_context.time_base = Fraction(1, RATE)
        for tick in ticks:
            frame = VideoFrame.from_image(picture(tick)).reformat(format="yuv420p")
            frame.pts, frame.time_base = tick, Fraction(1, RATE)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    return path


def sound(path: Path, codec: str, seconds: int, peak: Callable[[int], int]) -> Path:
    """A recording without pictures; `peak` says how loud each of its seconds is, of 32,768."""
    with av.open(str(path), "w") as made:
        stream = made.add_stream(codec, rate=SAMPLES_PER_S, layout="mono")
        assert isinstance(stream, AudioStream)
        for second in range(seconds):
            frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES_PER_S)
            frame.sample_rate, frame.time_base = SAMPLES_PER_S, Fraction(1, SAMPLES_PER_S)
            frame.pts = second * SAMPLES_PER_S
            loud = peak(second)
            frame.planes[0].update(array("h", [loud] * 20 + [-loud] * 20).tobytes() * 400)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    return path
