"""Every property in the tests, over and over with a new seed each round."""

import time
from typing import Final

from tests.prove import suite

ROUNDS_MAX: Final = 500


def prove(time_s: float) -> str:
    """Run hypothesis' tests with seeds 1, 2, 3 … until the time is used."""
    ends_at = time.monotonic() + time_s
    tests = rounds = 0
    while rounds == 0 or (rounds < ROUNDS_MAX and time.monotonic() < ends_at):
        rounds += 1
        tests = _round(seed=rounds)
    return f"{tests} properties, {rounds} rounds, seeds 1 to {rounds}, no counter-example"


def _round(seed: int) -> int:
    seeded = ("-p", "tests.prove.seeded", "--hypothesis-profile=seeded")
    return suite.run(
        *("-x", "-m", "hypothesis"),
        *seeded,
        f"--hypothesis-seed={seed}",
        "tests",
        otherwise=f"seed {seed}: a property does not hold",
    )
