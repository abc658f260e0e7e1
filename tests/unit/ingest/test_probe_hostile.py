"""A file that means harm ends its own probe at the worst. Method: real files, a real process."""

from dataclasses import replace
from pathlib import Path

from ingest.adapters.probe_process import LIMITS
from tests.support.films import probe
from tests.support.hostile import hostile, picture_bomb, polyglot


def test_no_hostile_file_gets_more_out_of_a_probe_than_facts(tmp_path: Path) -> None:
    decodable, flagged = set[str](), set[str]()
    for name, content in hostile(tmp_path):
        path = tmp_path / "hostile"
        path.write_bytes(content)
        (decodable if probe(path).decodable else flagged).add(name)
    # What these claim costs nothing to disbelieve, and the pictures and sounds are there.
    assert decodable == {
        "a thousand million time stamps",
        "a thousand million chunks",
        "a recording without end",
    }
    assert len(flagged) > 15


def test_a_film_that_is_an_archive_too_is_a_film(tmp_path: Path) -> None:
    (tmp_path / "poly.mp4").write_bytes(polyglot(tmp_path))
    assert probe(tmp_path / "poly.mp4").decodable


def test_a_picture_that_needs_more_memory_than_there_is_cannot_be_decoded(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(picture_bomb(8_000, colours=True))  # 256 MB, unpacked
    enough = probe(tmp_path / "photo.png")
    too_little = probe(tmp_path / "photo.png", replace(LIMITS, memory_bytes=350 * 2**20))
    assert (enough.decodable, enough.width) == (True, 8_000)
    assert not too_little.decodable
