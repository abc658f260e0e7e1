"""Stills and previews are made by a process that can do nothing else. Method: real films."""

from dataclasses import replace
from pathlib import Path

import av
import pytest
from PIL import Image

from contracts.ingest import DerivativeKind
from ingest.adapters.derive_process import LIMITS, DeriveProcess
from ingest.domain.derivative import FILM, KEY_PICTURES, PHOTO, SOUND, STILLS, Wanted, wanted_of
from ingest.domain.facts import UNDECODABLE
from tests.support.films import BLACK, WAIT_S, WHITE, film, probe, sound
from tests.support.hostile import hostile

PREVIEW = DerivativeKind.PREVIEW


def derive(path: Path, recipe: str, target: Path) -> bool:
    with path.open("rb") as opened:
        process = DeriveProcess(opened, recipe)
    is_made = process.wait(WAIT_S)
    assert is_made is not None
    target.write_bytes(b"".join(process.pieces()))
    process.close()
    return is_made


def test_a_still_is_of_its_place_in_the_film(tmp_path: Path) -> None:
    shown = film(tmp_path / "film.mp4", range(100), lambda at: WHITE if at >= 50 else BLACK, 5)
    is_lit = dict[str, bool]()
    for recipe in STILLS.values():
        assert derive(shown, recipe, tmp_path / "still")
        with Image.open(tmp_path / "still") as still:
            assert (still.format, still.size) == ("JPEG", (64, 64))
            is_lit[recipe] = max(still.convert("L").tobytes()) > 128
    assert is_lit == {"still.10.v1": False, "still.50.v1": True, "still.90.v1": True}


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photograph_is_reduced_and_stands_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (4000, 3000), "red").save(tmp_path / "photo.jpg", exif=exif)
    assert derive(tmp_path / "photo.jpg", PHOTO, tmp_path / "small")
    with Image.open(tmp_path / "small") as small:
        assert small.size == ((1280, 960) if orientation == 1 else (960, 1280))
        assert not small.getexif()


@pytest.mark.parametrize(("recipe", "pictures"), [(FILM, 40), (KEY_PICTURES, 2)])
def test_a_preview_lasts_as_long_as_its_film(tmp_path: Path, recipe: str, pictures: int) -> None:
    assert derive(film(tmp_path / "film.mkv", range(40)), recipe, tmp_path / "light.mp4")
    facts = probe(tmp_path / "light.mp4")
    assert (facts.decodable, facts.video_codec, facts.width, facts.jumps) == (True, "h264", 64, 0)
    assert facts.filmed_ms == pytest.approx(8000, abs=200 if recipe == FILM else 3000)
    assert pictures_in(tmp_path / "light.mp4") == pictures


def pictures_in(path: Path) -> int:
    with av.open(str(path)) as opened:
        return sum(1 for _ in opened.decode(video=0))


def test_a_preview_of_a_recording_is_heard(tmp_path: Path) -> None:
    said = sound(tmp_path / "said.wav", "pcm_s16le", 5, lambda _: 9000)
    assert derive(said, SOUND, tmp_path / "light.m4a")
    facts = probe(tmp_path / "light.m4a")
    assert (facts.audio_codec, facts.silent) == ("aac", "no")
    assert facts.duration_ms == pytest.approx(5000, abs=150)
    assert (tmp_path / "light.m4a").stat().st_size < said.stat().st_size / 4


def test_nothing_hostile_gets_more_than_a_failure(tmp_path: Path) -> None:
    for name, content in hostile(tmp_path):
        (tmp_path / "hostile").write_bytes(content)
        if not probe(tmp_path / "hostile").decodable:
            assert not derive(tmp_path / "hostile", PHOTO, tmp_path / "x"), name


@pytest.mark.parametrize("recipe", [FILM, KEY_PICTURES, *STILLS.values()])
def test_no_derivative_is_cut_off_where_its_room_ends(tmp_path: Path, recipe: str) -> None:
    with film(tmp_path / "film.mkv", range(40)).open("rb") as opened:
        process = DeriveProcess(opened, recipe, replace(LIMITS, output_bytes=500))
    assert process.wait(WAIT_S) is False
    assert len(b"".join(process.pieces())) <= 500
    process.close()


def test_what_is_made_follows_from_what_the_clip_is(tmp_path: Path) -> None:
    stills = tuple(Wanted(kind, recipe) for kind, recipe in STILLS.items())
    read = probe(film(tmp_path / "film.mp4", range(40)))
    photo = read.model_copy(update={"duration_ms": 0, "audio_codec": None})
    heard = read.model_copy(update={"video_codec": None, "audio_codec": "aac"})
    long = read.model_copy(update={"duration_ms": 11 * 60 * 1000})
    assert wanted_of(read) == (*stills, Wanted(PREVIEW, FILM))
    assert wanted_of(long) == (*stills, Wanted(PREVIEW, KEY_PICTURES))
    assert wanted_of(photo) == (Wanted(PREVIEW, PHOTO),)
    assert wanted_of(heard) == (Wanted(PREVIEW, SOUND),)
    assert wanted_of(UNDECODABLE) == ()
