"""What may befall engines and services while films come in: nothing is lost, nothing is doubled."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from statistics import median
from typing import Final

from tests.prove.stacks import not_run, standing
from tests.support.faults import FAULTS, ON_DISK_OF_ITS_OWN, Fault, Place, disk_of_its_own
from tests.support.patrol import PASSING, Befallen, befall
from tools.engines.place import temporary

SEED: Final = 1
OVERTIME_S: Final = 120.0
"""How much longer than its share it may take so that each fault happens once."""


def prove(time_s: float) -> str:
    """Each fault in turn on one stack, three brokers and two replicas, until time is up."""
    if said := not_run():
        return said
    ends_at = time.monotonic() + time_s
    told = defaultdict[Fault, list[Befallen]](list)
    with temporary("liuhen-prove-") as folder, disk_of_its_own(folder / "ingest") as no_disk:
        faults = [it for it in FAULTS if not (no_disk and it is ON_DISK_OF_ITS_OWN)]
        seed = SEED
        with standing(folder) as stack:
            while _goes_on(ends_at, is_first_round=seed < SEED + len(faults)):
                fault = faults[(seed - SEED) % len(faults)]
                told[fault].append(_befallen(Place(stack, Random(seed)), fault, seed))  # noqa: S311 - dice
                seed += 1
    lines = [_line(fault, told[fault]) for fault in faults if told[fault]]
    lines += [f"{_name(fault)}: not run: no time" for fault in faults if not told[fault]]
    lines += [f"{_name(ON_DISK_OF_ITS_OWN)}: not run: {no_disk}"] * bool(no_disk)
    return f"seeds {SEED} to {seed - 1}" + "".join(f"\n    {line}" for line in lines)


def _goes_on(ends_at: float, *, is_first_round: bool) -> bool:
    return time.monotonic() < ends_at + (OVERTIME_S if is_first_round else 0)


def _befallen(place: Place, fault: Fault, seed: int) -> Befallen:
    try:
        befallen = asyncio.run(befall(place, fault, seed))
    except TimeoutError as error:
        raise AssertionError(f"{_name(fault)}, seed {seed}: films still come in") from error
    assert not befallen.wrong, f"{_name(fault)}, seed {seed}: {befallen.wrong[:5]}"
    return befallen


def _line(fault: Fault, told: Sequence[Befallen]) -> str:
    seconds = [it.recovered_s for it in told]
    refused = sum(n for it in told for status, n in it.answers.items() if status in PASSING - {0})
    return (
        f"{_name(fault)}: {len(told)} times, {sum(it.films for it in told)} films, "
        f"{sum(it.acknowledged_bytes for it in told):,} acknowledged bytes, 0 lost; "
        f"0 events lost, 0 doubled; {refused} requests told to come again; "
        f"at rest after {median(seconds):.0f} s, at most {max(seconds):.0f} s"
    )


def _name(fault: Fault) -> str:
    return getattr(fault, "__name__", "a fault").replace("_", " ")
