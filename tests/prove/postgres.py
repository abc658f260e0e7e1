"""The tests through HTTP on PostgreSQL, each service as its role and behind its fences."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.support.engines import ON_ENGINES
from tests.support.house_on_postgres import SERVER, make_templates
from tools.engines import postgres
from tools.engines.place import temporary

ROOT: Final = Path(__file__).parents[2]
FILES_AT_ONCE: Final = 6
"""Between two such runs the proof may stop."""


def prove(time_s: float) -> str:
    """Run them once, as many as the time allows: they are the same tests as on SQLite."""
    ends_at = time.monotonic() + time_s
    files = [file for file in ROOT.glob("tests/e2e/test_*.py") if file.stem not in ON_ENGINES]
    tests = ran = 0
    with temporary("liuhen-prove-") as folder:
        server = postgres.postgres(folder / "postgres", outlives_power_cuts=False)
        server.server.start()
        try:
            make_templates(server.url())
            while ran == 0 or (ran < len(files) and time.monotonic() < ends_at):
                some = sorted(files)[ran : ran + FILES_AT_ONCE]
                tests += _run(server.url(), some)
                ran += len(some)
        finally:
            server.server.stop()
    return f"{tests} tests in {ran} of {len(files)} files on PostgreSQL {postgres.version()}"


def _run(address: str, files: Sequence[Path]) -> int:
    words = ["-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *map(str, files)]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *words],
        cwd=ROOT,
        env=os.environ | {SERVER: address},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    passed = re.search(r"(\d+) passed", ran.stdout)
    if ran.returncode != 0 or not passed:
        print(ran.stdout, ran.stderr)
        raise AssertionError("a test does not hold on PostgreSQL; pytest's report is above")
    return int(passed[1])
