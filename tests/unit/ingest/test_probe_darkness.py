"""A film that shows or says nothing is noticed by looking into it here and there."""

from pathlib import Path

import pytest

from ingest.adapters.probe_watch import is_chosen
from tests.support.films import BLACK, WHITE, film, probe, sound

SUFFIX = {"pcm_alaw": ".wav"}


def test_a_black_film_is_black_and_says_how_much_of_it_was_seen(tmp_path: Path) -> None:
    facts = probe(film(tmp_path / "black.mp4", range(1000), lambda _: BLACK))
    assert facts.black == "yes"
    assert facts.pictures_seen is not None
    assert 100 < facts.pictures_seen < 140  # the first 20 s, then key pictures, ever fewer


@pytest.mark.parametrize("lit", [0, 90, 500, 996])
def test_a_film_that_shows_something_is_not_black(tmp_path: Path, lit: int) -> None:
    shown = film(tmp_path / "lit.mp4", range(1000), lambda tick: WHITE if tick >= lit else BLACK, 1)
    assert probe(shown).black == "no"


def test_of_a_film_that_was_hardly_seen_nothing_is_said(tmp_path: Path) -> None:
    one_key = film(tmp_path / "one.mp4", range(1000), lambda _: BLACK, key_every=9999)
    facts = probe(one_key)
    assert (facts.decodable, facts.black) == (True, "unknown")


@pytest.mark.parametrize("codec", ["aac", "libopus", "pcm_alaw"])
def test_a_silent_recording_is_silent(tmp_path: Path, codec: str) -> None:
    facts = probe(sound(tmp_path / f"silent{SUFFIX.get(codec, '.mkv')}", codec, 60, lambda _: 0))
    assert facts.silent == "yes"
    assert facts.heard_ms is not None
    assert 3000 <= facts.heard_ms <= 60_000


@pytest.mark.parametrize("codec", ["aac", "libopus", "pcm_alaw"])
def test_a_recording_that_says_something_late_is_not_silent(tmp_path: Path, codec: str) -> None:
    said = sound(
        tmp_path / f"late{SUFFIX.get(codec, '.mkv')}",
        codec,
        60,
        lambda second: 9000 if second >= 45 else 0,
    )
    assert probe(said).silent == "no"


def test_what_is_looked_at_lies_all_over_and_stays_little() -> None:
    """Twelve hours of pictures, whose end nobody knows before: no eighth of them unseen."""
    many = 12 * 3600 * 30
    chosen = [number for number in range(many) if is_chosen(number)]
    assert len(chosen) < 160
    steps = [after - before for before, after in zip(chosen, [*chosen[1:], many], strict=True)]
    assert max(steps) <= many / 8
