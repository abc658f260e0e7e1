"""A film is read by a process that can do nothing else. Method: real films, a real process."""

# PyAV's stubs leave its packets' and pictures' types open.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import av
import pytest
from av import VideoFrame
from PIL import Image

from ingest.adapters.probe_process import ProbeProcess
from ingest.domain.facts import UNDECODABLE, Facts
from liuhen.demo.film import make_film

BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
WAIT_S = 60


def probe(path: Path) -> Facts:
    with path.open("rb") as film:
        process = ProbeProcess(film)
    facts = process.wait(WAIT_S)
    process.close()
    assert facts is not None
    return facts


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    make_film(path, BEGIN, seconds=7)
    return path


def test_the_facts_of_a_real_film_are_read(film: Path) -> None:
    assert probe(film) == Facts(
        decodable=True,
        duration_ms=7000,
        width=320,
        height=180,
        video_codec="h264",
        audio_codec="aac",
        frame_rate_milli=5000,
        made_at=BEGIN,
        jumps=0,
    )


def test_a_hole_in_the_time_stamps_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "hole.mkv"
    with av.open(str(path), "w") as made:
        stream = made.add_stream("libx264", rate=5, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 5)
        frame = VideoFrame.from_image(Image.new("RGB", (64, 64))).reformat(format="yuv420p")
        for tick in (*range(25), *range(60, 80)):  # seven seconds of seventeen were not filmed
            frame.pts, frame.time_base = tick, Fraction(1, 5)
            made.mux(stream.encode(frame))
        made.mux(stream.encode())
    assert probe(path).jumps == 1


def test_a_photograph_is_readable_and_silent(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480)).save(tmp_path / "photo.jpg")
    facts = probe(tmp_path / "photo.jpg")
    assert (facts.decodable, facts.width, facts.audio_codec) == (True, 640, None)


def test_half_a_film_and_no_film_are_undecodable(film: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.mp4"
    half.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    for nothing in (half, Path(__file__), Path("/dev/null")):
        assert probe(nothing) == UNDECODABLE


def test_a_playlist_leads_to_no_other_file(film: Path, tmp_path: Path) -> None:
    for name, text in (
        ("list.m3u8", f"#EXTM3U\n#EXTINF:7,\n{film}\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", f"ffconcat version 1.0\nfile '{film}'\n"),
    ):
        (tmp_path / name).write_text(text)
        assert probe(tmp_path / name) == UNDECODABLE
