"""A film of any size is cut into parts that S3 takes: not more than 10,000, none above 5 GiB.

Method: real sizes, up to the largest object of S3, and files with nothing in them but a length.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from typing_extensions import override

from common.s3_multipart import Multipart, Slice
from common.s3_sending import MIB, PART_MIN_BYTES, PARTS_MAX, LargeFile, SentParts, send

GIB, TIB = 1024 * MIB, 1024**2 * MIB
S3_PARTS_MAX = 10_000
S3_PART_MAX_BYTES = 5 * GIB
S3_OBJECT_MAX_BYTES = 5 * TIB
"""Amazon S3 user guide, "Multipart upload limits"."""
LAST_OF_SMALL_PARTS = PARTS_MAX * PART_MIN_BYTES
"""About 141 GiB: eleven days of 1.2 Mbit/s."""
SIZES = [
    PART_MIN_BYTES + 1,
    LAST_OF_SMALL_PARTS - 1,
    LAST_OF_SMALL_PARTS,
    LAST_OF_SMALL_PARTS + 1,
    S3_PARTS_MAX * PART_MIN_BYTES + 1,
    PARTS_MAX * 17 * MIB,
    PARTS_MAX * 17 * MIB + 1,
    TIB + 12_345,
    S3_OBJECT_MAX_BYTES,
]


class Ledger(Multipart):
    """A store that writes down which bytes it is given, and reads only the first of each part."""

    def __init__(self) -> None:
        self.parts: dict[int, tuple[int, int]] = {}
        self.completed: Mapping[int, str] = {}

    @override
    def begin(self, key: str) -> str:
        return "an upload"

    @override
    def send(self, key: str, upload_id: str, number: int, part: Slice) -> str:
        assert part.read(1) == b"\0"
        self.parts[number] = (number, part.size_bytes)
        return f"{number:032x}"

    @override
    def complete(self, key: str, upload_id: str, etags: Mapping[int, str]) -> None:
        self.completed = etags


@pytest.mark.parametrize("size_bytes", SIZES)
def test_a_film_of_any_size_is_cut_into_parts_that_s3_takes(size_bytes: int) -> None:
    film = LargeFile(0, size_bytes, "key")
    assert film.parts <= PARTS_MAX < S3_PARTS_MAX
    assert PART_MIN_BYTES <= film.part_bytes <= S3_PART_MAX_BYTES
    assert (film.parts - 1) * film.part_bytes < size_bytes <= film.parts * film.part_bytes


def test_a_film_a_byte_too_long_for_small_parts_is_sent_whole_in_larger_ones(
    tmp_path: Path,
) -> None:
    """Its length is the file's when it is complete, whether or not it was announced before."""
    size_bytes = LAST_OF_SMALL_PARTS + 1
    store = Ledger()
    with (tmp_path / "film").open("wb+") as file:
        os.truncate(file.fileno(), size_bytes)
        film = LargeFile(file.fileno(), os.fstat(file.fileno()).st_size, "key")
        send(store, film, SentParts(None, film.key, film.part_bytes))
    assert sorted(store.parts) == sorted(store.completed) == list(range(1, film.parts + 1))
    assert film.parts <= PARTS_MAX
    assert sum(size for _, size in store.parts.values()) == size_bytes
    assert {size for number, size in store.parts.values() if number < film.parts} == {17 * MIB}


def test_parts_noted_before_the_cut_changed_are_not_put_beside_others(tmp_path: Path) -> None:
    """A later version may cut otherwise: what an earlier one sent is then no part of the film."""
    notes = tmp_path / "film.sent"
    before = SentParts(notes, "key", PART_MIN_BYTES)
    before.begin("an upload")
    before.add(1, "0" * 32)
    assert SentParts(notes, "key", PART_MIN_BYTES).etags == {1: "0" * 32}
    assert SentParts(notes, "key", PART_MIN_BYTES + MIB).upload_id is None
