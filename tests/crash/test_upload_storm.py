"""A sample of `./dev prove ingest`: kills, bad lines and two processes on the same films."""

from pathlib import Path

import pytest

from tests.support.storm import storm

SEED = 20261121
FILMS_BYTES = (300_000, 3_000_000, 18_000_000)


@pytest.mark.parametrize("processes", [1, 2])
async def test_films_outlive_kills_bad_lines_and_a_second_process(
    tmp_path: Path, processes: int
) -> None:
    kills = 10 // processes
    told = await storm(tmp_path, SEED, 8, kills, processes, films_bytes=FILMS_BYTES)
    assert told.faults == []
    assert told.kills > 0
