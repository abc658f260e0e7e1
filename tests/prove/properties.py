"""Every property in the tests, over and over with a new seed each round."""

import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
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
    words = ["-m", "pytest", "-q", "-x", "-m", "hypothesis", "-p", "no:cacheprovider"]
    chosen = [
        "-p",
        "tests.prove.seeded",
        "--hypothesis-profile=seeded",
        f"--hypothesis-seed={seed}",
    ]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *words, *chosen, "tests"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"(\d+) passed", ran.stdout)
    if ran.returncode != 0 or not passed:
        print(ran.stdout, ran.stderr)
        raise AssertionError(f"seed {seed}: a property does not hold; pytest's report is above")
    return int(passed[1])
