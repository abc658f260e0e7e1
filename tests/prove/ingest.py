"""Kill -9 while many films arrive over bad lines: no acknowledged byte is lost, all are exact."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.support.storm import Storm, storm

KILLS: Final = 1_000
FILMS: Final = 32
PER_STORY: Final = 60
RACE_EVERY: Final = 4
"""Every so many stories two processes work on the same files, and clients ask now one, now both."""
SEED: Final = 1


def prove(time_s: float) -> str:
    """Story after story, 32 films each, until 1,000 kills or time is up; every fourth is a race."""
    ends_at = time.monotonic() + time_s
    told: list[Storm] = []
    while not told or (_kills(told) < KILLS and time.monotonic() < ends_at):
        told.append(_story(SEED + len(told)))
    lines = sum((story.lines for story in told), Counter[str]())
    answers = sum((story.answers for story in told), Counter[int]())
    return (
        f"{_kills(told)} of {KILLS} kills, {sum(story.films for story in told)} uploads by {FILMS} "
        f"at once in {len(told)} stories, seeds {SEED} to {SEED + len(told) - 1}; "
        f"{sum(story.acknowledged_bytes for story in told):,} bytes acknowledged, 0 lost, of "
        f"{sum(story.sent_bytes for story in told):,} sent; all digests exact; "
        f"answers {_counted(answers)}; lines {_counted(lines)}"
    )


def _story(seed: int) -> Storm:
    processes = 2 if seed % RACE_EVERY == 2 else 1
    with TemporaryDirectory(prefix="liuhen-storm-") as folder:
        told = asyncio.run(storm(Path(folder), seed, FILMS, PER_STORY, processes))
    assert not told.faults, f"seed {seed}: {told.faults[:5]}"
    return told


def _kills(told: list[Storm]) -> int:
    return sum(story.kills for story in told)


def _counted(things: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{count}x {thing}" for thing, count in sorted(things.items()))
