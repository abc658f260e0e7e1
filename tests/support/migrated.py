"""Databases that are migrated once for all tests of a process, and copied for each.

Running every migration takes a second of computing. They themselves are tested in
tests/contract/test_schema.py, and what is there already is brought forward by them.
"""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from common import migrate
from common.clock import Clock, SystemClock
from common.db import Database
from liuhen import standalone


def prepare(data: Path, clock: Clock) -> None:
    """As `standalone.prepare`, which a folder that holds databases is left to."""
    if any(data.glob("*.db")):
        standalone.prepare(data, clock)
    else:
        shutil.copytree(_folder().name, data, dirs_exist_ok=True)


def upgrade(file: Path, service: str) -> None:
    """As `migrate.upgrade` on a file of SQLite, which an existing one is left to."""
    if file.exists():
        with Database(f"sqlite:///{file}") as db:
            migrate.upgrade(db, service)
    else:
        shutil.copy2(Path(_alone(service).name) / "x.db", file)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Read only by copying. It goes away with the process."""
    folder = TemporaryDirectory(prefix="liuhen-house-")
    standalone.prepare(Path(folder.name), SystemClock())
    return folder


@cache
def _alone(service: str) -> TemporaryDirectory[str]:
    """One service's: most tests of one need no other's."""
    folder = TemporaryDirectory(prefix="liuhen-one-")
    with Database(f"sqlite:///{folder.name}/x.db") as db:
        migrate.upgrade(db, service)
    return folder
