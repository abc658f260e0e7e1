"""A film's facts are read from its own bytes. Method: real films, a real process."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from ingest.domain.facts import BREAKS_MAX, UNDECODABLE, Break, Facts, Track
from liuhen.demo.film import make_film
from tests.support.films import film, probe, sound

BEGIN = datetime(2026, 1, 5, 1, tzinfo=UTC)
EXIF, MADE, ZONE = 0x8769, 0x9003, 0x9011
"""EXIF 2.32: its own directory, DateTimeOriginal, OffsetTimeOriginal."""


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    make_film(path, BEGIN, seconds=7)
    return path


def test_the_facts_of_a_real_film_are_read(real: Path) -> None:
    nothing = {"width": 0, "height": 0, "frame_rate_milli": 0, "channels": 0, "sample_rate": 0}
    picture = {"kind": "video", "codec": "h264", "width": 320, "height": 180}
    tone = {"kind": "audio", "codec": "aac", "channels": 1, "sample_rate": 16_000}
    assert probe(real) == Facts(
        decodable=True,
        duration_ms=7000,
        width=320,
        height=180,
        video_codec="h264",
        audio_codec="aac",
        frame_rate_milli=5000,
        made_at=BEGIN,
        jumps=0,
        container="mov-mp4-m4a-3gp-3g2-mj2",
        tracks=(
            Track.model_validate(
                nothing | picture | {"duration_ms": 7000, "frame_rate_milli": 5000}
            ),
            Track.model_validate(nothing | tone | {"duration_ms": 7000}),
        ),
        breaks=(),
        missing_ms=0,
        filmed_ms=7000,
        made_at_local=None,
        black="no",
        silent="no",
        pictures_seen=1,
        heard_ms=64,
    )


def test_a_hole_in_the_time_stamps_is_told_with_its_place_and_length(tmp_path: Path) -> None:
    # Seven seconds of sixteen were not filmed.
    facts = probe(film(tmp_path / "hole.mkv", (*range(25), *range(60, 80))))
    assert (facts.jumps, facts.breaks) == (1, (Break(at_ms=5000, length_ms=7000),))
    assert (facts.missing_ms, facts.filmed_ms, facts.duration_ms) == (7000, 9000, 16_000)


def test_a_clock_that_goes_back_is_told(tmp_path: Path) -> None:
    five = film(tmp_path / "five.ts", range(25)).read_bytes()
    (tmp_path / "twice.ts").write_bytes(five + five)
    facts = probe(tmp_path / "twice.ts")
    assert (facts.breaks, facts.missing_ms) == ((Break(at_ms=5000, length_ms=-5000),), 0)
    assert facts.filmed_ms == 10_000


def test_of_many_holes_the_first_are_listed_and_all_are_counted(tmp_path: Path) -> None:
    holes = BREAKS_MAX + 10
    seconds = (tick for at in range(holes + 1) for tick in range(at * 50, at * 50 + 5))
    facts = probe(film(tmp_path / "holes.mkv", seconds))
    assert (facts.jumps, len(facts.breaks or ())) == (holes, BREAKS_MAX)
    assert facts.missing_ms == holes * 9000


def test_a_photograph_is_readable_and_makes_no_sound(tmp_path: Path) -> None:
    Image.new("RGB", (640, 480)).save(tmp_path / "photo.jpg")
    facts = probe(tmp_path / "photo.jpg")
    assert (facts.decodable, facts.width, facts.audio_codec) == (True, 640, None)
    assert (facts.container, facts.silent, facts.made_at) == ("jpeg_pipe", None, None)


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.webp", "photo.avif"])
@pytest.mark.parametrize(("zone", "made_at"), [("+08:00", BEGIN), ("", None), ("张三", None)])
def test_a_photograph_says_when_it_was_made(
    tmp_path: Path, name: str, zone: str, made_at: datetime | None
) -> None:
    exif = Image.Exif()
    exif[EXIF] = {MADE: "2026:01:05 09:00:00", ZONE: zone}
    Image.new("RGB", (640, 480)).save(tmp_path / name, exif=exif)
    facts = probe(tmp_path / name)
    assert (facts.width, facts.made_at_local) == (640, "2026-01-05T09:00:00")
    assert facts.made_at == made_at


@pytest.mark.parametrize(
    ("name", "codec", "told"),
    [
        ("said.wav", "pcm_s16le", "pcm_s16le"),
        ("said.m4a", "aac", "aac"),
        ("said.mp3", "mp3", "mp3"),
        ("said.ogg", "libopus", "opus"),
    ],
)
def test_a_recording_without_pictures_is_read(
    tmp_path: Path, name: str, codec: str, told: str
) -> None:
    facts = probe(sound(tmp_path / name, codec, 3, lambda _: 9000))
    assert (facts.decodable, facts.video_codec, facts.audio_codec) == (True, None, told)
    assert (facts.black, facts.silent) == (None, "no")
    assert facts.duration_ms == pytest.approx(3000, abs=100)
    assert facts.filmed_ms == pytest.approx(3000, abs=150)


def test_half_a_film_and_no_film_are_undecodable(real: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.mp4"
    half.write_bytes(real.read_bytes()[: real.stat().st_size // 2])
    for nothing in (half, Path(__file__), Path("/dev/null")):
        assert probe(nothing) == UNDECODABLE


def test_a_playlist_leads_to_no_other_file(real: Path, tmp_path: Path) -> None:
    for name, text in (
        ("list.m3u8", f"#EXTM3U\n#EXTINF:7,\n{real}\n#EXT-X-ENDLIST\n"),
        ("list.ffconcat", f"ffconcat version 1.0\nfile '{real}'\n"),
    ):
        (tmp_path / name).write_text(text)
        assert probe(tmp_path / name) == UNDECODABLE
