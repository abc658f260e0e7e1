"""Builds exports again and again, killed (-9) at every moment at which something became durable.

Run as a program on a data folder; prints, for each kill, which folders stand and if they are whole.
"""

import json
import os
import signal
import sys
from hashlib import sha256
from pathlib import Path

from sqlalchemy import event

from access.app import create_app
from access.domain.trying import PAUSE_MAX
from access.operations import building
from access.operations.context import Context
from access.settings import Settings
from common.bus_embedded import EmbeddedBus
from common.db import Database
from liuhen.services import SERVICES, sqlite_url
from tests.support.clock import FrozenClock


class Moments:
    """Counts what becomes durable and kills the process at the chosen one."""

    def __init__(self, last: int) -> None:
        self._left = last
        self._fsync = os.fsync

    def fsync(self, handle: int) -> None:
        self._fsync(handle)
        self.passed()

    def passed(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def build(data: Path, last: int) -> None:
    settings = SERVICES["access"].on_one_box("access", data)
    assert isinstance(settings, Settings)
    bus = EmbeddedBus(Database(sqlite_url(data, "bus")))
    clock = FrozenClock()
    clock.move(last * PAUSE_MAX)  # by then it is tried again, however often it was killed
    ctx: Context = create_app(settings, bus, clock).state.ctx
    moments = Moments(last)
    os.fsync = moments.fsync
    event.listen(ctx.db.engine, "commit", moments.passed)
    building.build_ready(ctx)


def standing(exports: Path) -> dict[str, bool]:
    """The folders under a final name, and whether each is what its manifest says."""
    names = {path.name for path in exports.glob("*")} - {"incoming"}
    return {name: _is_whole(exports / name) for name in names}


def _is_whole(folder: Path) -> bool:
    listed = json.loads((folder / "manifest.json").read_bytes())["files"]
    found = {path for path in folder.rglob("*") if path.is_file()} - {folder / "manifest.json"}
    digests = {path: sha256(path.read_bytes()).hexdigest() for path in found}
    return digests == {folder / file["path"]: file["sha256"] for file in listed}


def main(data: Path) -> None:
    for last in range(1, 1000):
        child = os.fork()
        if child == 0:
            build(data, last)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        said = {"status": status, "folders": standing(data / "exports")}
        print(json.dumps(said), flush=True)  # noqa: T201 - read by the test
        if status != signal.SIGKILL:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
