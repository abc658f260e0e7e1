"""Kill -9 of any process of a stack, engines included: nothing is lost, nothing is doubled."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.prove.stacks import not_run, standing
from tests.support.torment import torment
from tools.engines.place import temporary

KILLS: Final = 100
PER_STORY: Final = 12
SEED: Final = 1


def prove(time_s: float) -> str:
    """Story after story, each on a new stack, three brokers and two replicas, until time is up."""
    if said := not_run():
        return said
    ends_at = time.monotonic() + time_s
    killed = stories = 0
    while stories == 0 or (killed < KILLS and time.monotonic() < ends_at):
        seed = SEED + stories
        killed += _story(seed, min(PER_STORY, KILLS - killed))
        stories += 1
    return (
        f"{killed} of {KILLS} kills of services, brokers, database and store in {stories} stories, "
        f"seeds {SEED} to {SEED + stories - 1}: 0 events lost, 0 doubled, all told to their end"
    )


def _story(seed: int, kills: int) -> int:
    with (
        temporary("liuhen-prove-") as folder,
        TemporaryDirectory() as films,
        standing(folder) as stack,
    ):
        victims = [server for server in stack.servers if server.name != "nginx"]
        told = torment(stack, Path(films), victims, seed=seed, kills=kills)
    assert not told.wrong, f"seed {seed}: {told.wrong[:5]}"
    return told.kills
