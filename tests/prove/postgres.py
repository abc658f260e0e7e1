"""The tests through HTTP on PostgreSQL, each service as its role and behind its fences."""

import time
from typing import Final

from tests.prove import suite
from tests.prove.suite import ROOT
from tests.support.engines import ON_ENGINES
from tests.support.house_on_postgres import SERVER, make_templates
from tools.engines import postgres
from tools.engines.place import temporary

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
                tests += suite.run(
                    *("-n", "2", *map(str, some)),
                    otherwise="a test does not hold on PostgreSQL",
                    env={SERVER: server.url()},
                )
                ran += len(some)
        finally:
            server.server.stop()
    return f"{tests} tests in {ran} of {len(files)} files on PostgreSQL {postgres.version()}"
