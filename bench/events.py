"""How many events a second travel from the outbox over the embedded bus into inboxes."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final
from uuid import UUID

import anyio
from anyio import to_thread

from bench import plain
from bench.figures import Figure
from bench.line import Counted, OneBox, Places, running

RUNS: Final = 5
BURST: Final = 50
"""Events per transaction where the carrying is measured, not the operations' commits."""
KEYS: Final = 500
"""Subjects the events are about, spread over all partitions."""
PYTHON: Final = (
    "one processor's time in Python, because all loops of a process share one interpreter; the "
    "disk's flushes are few, one per batch"
)


def measure() -> Sequence[Figure]:
    return [
        _measure(
            "events.one_group",
            groups=1,
            events=8_000,
            goal_per_s=4_000,
            limit=f"{PYTHON}; numbering and relaying take most, then emitting, then applying",
        ),
        _measure(
            "events.eight_groups",
            groups=8,
            events=3_000,
            goal_per_s=500,
            limit=f"{PYTHON}; most of it is each group's own statement, eight times per event",
        ),
        _measure(
            "events.single_commits",
            groups=1,
            events=3_000,
            per_transaction=1,
            limit="the producer, which begins and flushes a transaction for every event",
        ),
    ]


def _measure(
    name: str,
    *,
    groups: int,
    events: int,
    limit: str,
    goal_per_s: int | None = None,
    per_transaction: int = BURST,
) -> Figure:
    said = some(events)
    runs: list[float] = []
    baseline: list[float] = []
    for _ in range(RUNS):
        with TemporaryDirectory() as folder:
            places = OneBox(Path(folder))
            runs.append(events / anyio.run(travel_s, places, groups, said, per_transaction))
        with TemporaryDirectory() as folder:
            baseline.append(events / plain.insert_s(Path(folder), groups, said, per_transaction))
    return Figure(
        name=name,
        unit="events/s",
        runs=runs,
        against="plain SQLite inserts of the same rows",
        baseline=baseline,
        goal=goal_per_s,
        limit=limit,
    )


def some(events: int) -> Sequence[Counted]:
    """So many events about `KEYS` subjects."""
    return [
        Counted(agency_id=UUID(int=0), thing=UUID(int=number % KEYS), number=number)
        for number in range(events)
    ]


async def travel_s(
    places: Places,
    groups: int,
    events: Sequence[Counted],
    per_transaction: int,
) -> float:
    """Seconds from the first emit to the last commit of the last group; the loops run all along.

    A few events before them connect everything: that is done once in a process's life.
    """
    first = some(BURST)
    async with running(places, groups) as line:
        await to_thread.run_sync(line.emit, first, BURST)
        await line.until_applied(len(first))
        begun = perf_counter()
        await to_thread.run_sync(line.emit, events, per_transaction)
        await line.until_applied(len(first) + len(events))
        taken_s = perf_counter() - begun
        for group in line.groups:
            group.check(len(first) + len(events))
        return taken_s
