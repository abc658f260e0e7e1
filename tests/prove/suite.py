"""Runs some of the tests in a process of their own, as a part of a proof."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

ROOT: Final = Path(__file__).parents[2]
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def run(*words: str, otherwise: str, env: Mapping[str, str] = NOTHING) -> int:
    """Say how many tests passed; `env` is added to what this process was given.

    Raises:
        AssertionError: not all did, or there were none: `otherwise`, after the printed report.
    """
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words],
        cwd=ROOT,
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"(\d+) passed", ran.stdout)
    if ran.returncode != 0 or not passed:
        print(ran.stdout, ran.stderr)
        raise AssertionError(f"{otherwise}; pytest's report is above")
    return int(passed[1])
