"""Every test through HTTP on PostgreSQL, each service as its role and behind its fences."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.support.engines import ON_ENGINES
from tests.support.house_on_postgres import SERVER, make_templates
from tools.engines import postgres
from tools.engines.place import temporary

ROOT: Final = Path(__file__).parents[2]


def prove(_time_s: float) -> str:
    """Run them once: they are the same tests as on SQLite, so once more would say nothing new."""
    with temporary("liuhen-prove-") as folder:
        server = postgres.postgres(folder / "postgres", outlives_power_cuts=False)
        server.server.start()
        try:
            make_templates(server.url())
            return _run(server.url())
        finally:
            server.server.stop()


def _run(address: str) -> str:
    files = [file for file in ROOT.glob("tests/e2e/test_*.py") if file.stem not in ON_ENGINES]
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider"),
            *map(str, sorted(files)),
        ],
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
    return f"{passed[1]} tests through HTTP on PostgreSQL {postgres.version()}"
