"""What names, bytes and cards claim of a film's time is kept apart, with who claims it."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ingest import TimeOrigin
from dock.claims import Claim, Embedded, in_bytes, in_name, interval
from liuhen.demo.film import make_film

ZONE = ZoneInfo("Asia/Shanghai")
BEGAN = datetime(2026, 3, 1, 1, 10, tzinfo=UTC)
MODIFIED = BEGAN + timedelta(minutes=2)
MODIFIED_NS = int(MODIFIED.timestamp()) * 1_000_000_000
NOTHING = Embedded(None, None)


@pytest.mark.parametrize(
    "name",
    [
        "20260301091000.MP4",
        "DSJ_20260301_091000_0001.MP4",
        "2026_0301_091000_001A.MP4",
        "执法仪0017_2026-03-01 09.10.00.mp4",
        "VID_20260301T091000.mp4",
        "99999999_20260301-091000.MP4",
    ],
)
def test_a_name_tells_its_time_in_the_zone_of_its_reader(name: str) -> None:
    assert in_name(name, ZONE) == BEGAN


@pytest.mark.parametrize("name", ["FILE0001.MP4", "20261345999999.MP4", "120260301091000123.MP4"])
def test_a_name_without_a_time_tells_none(name: str) -> None:
    assert in_name(name, ZONE) is None


def test_a_film_tells_when_it_was_made_and_how_long_it_is(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    make_film(film, BEGAN, 3)
    with film.open("rb") as file:
        told = in_bytes(file, film.stat().st_size)
    assert told.made_at == BEGAN
    assert told.length is not None
    assert abs(told.length - timedelta(seconds=3)) < timedelta(seconds=1)


@given(st.binary(max_size=200))
def test_any_bytes_tell_something_or_nothing(content: bytes) -> None:
    for start in (b"", b"\x00\x00\x00\x08ftyp", b"\x00\x00\x00\x00moov"):
        in_bytes(io.BytesIO(start + content), len(start + content))


def test_every_claim_is_kept_and_the_name_comes_first() -> None:
    embedded = Embedded(BEGAN + timedelta(hours=8), timedelta(minutes=2))
    found = interval("20260301091000.MP4", MODIFIED_NS, embedded, ZONE)
    assert found.start == Claim(BEGAN, TimeOrigin.FILE_NAME)
    assert found.end == Claim(MODIFIED, TimeOrigin.EMBEDDED)
    assert [claim.origin for claim in found.claims] == ["file_name", "embedded", "modified"]


def test_without_a_length_it_ends_when_its_file_was_written_to_last() -> None:
    found = interval("20260301091000.MP4", MODIFIED_NS, NOTHING, ZONE)
    assert found.end == Claim(MODIFIED, TimeOrigin.MODIFIED)


def test_a_copy_made_days_later_does_not_make_a_film_days_long() -> None:
    later = MODIFIED_NS + 3 * 86_400 * 1_000_000_000
    found = interval("20260301091000.MP4", later, NOTHING, ZONE)
    assert found.end == Claim(BEGAN + timedelta(seconds=1), TimeOrigin.MOMENT)


def test_what_tells_nothing_has_the_time_of_its_file() -> None:
    found = interval("photo.jpg", MODIFIED_NS, NOTHING, ZONE)
    assert found.start.origin is TimeOrigin.MODIFIED
    assert found.end.instant == MODIFIED
