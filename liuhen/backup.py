"""Copies the data folder of one box as it was at one instant, also while the product runs on it.

The instant: for some milliseconds the write locks of all databases are held at once, and a reader
is opened in each. So no service has applied what its bus does not hold, none has announced what its
own database does not know, and what was numbered but not sent goes out under its old number: the
state after a power cut, which every start can go on from. Originals are kept before they are
recorded, so copying them afterwards misses none.
"""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from common.clock import Clock
from common.objects import DIGEST, fsync
from liuhen.services import SERVICES
from liuhen.sums import (
    CONTENT,
    BackupError,
    copy,
    digest_of,
    in_words,
    mode_of,
    names,
    write_sums,
)

DATABASES: Final = tuple(f"{name}.db" for name in (*SERVICES, "bus"))
CHANGING: Final = ("keys", "spool")
"""Folders whose files are replaced or removed when a database says so: they must be of its instant.
What grows in the spool after it is cut off again: it was not acknowledged."""
CUT: Final = "backup.cut"
"""Holds links to the files of that instant while a back-up is being taken."""
TURN: Final = "backup.lock"
LEFT_OUT: Final = {CUT, TURN, "lock", "backups", "incoming"}
"""Half-made things, locks, and copies made before migrations."""
TURN_MAX_S: Final = 0.5
"""How long to wait for a database's writer; for all of them together less than the product's own
writers wait for us (`common.db.SQLITE_BUSY_TIMEOUT_MS`)."""
TRIES: Final = 10


@dataclass(frozen=True)
class Taken:
    """A finished back-up."""

    taken_at: datetime
    files: int
    size_bytes: int
    sums_sha256: str
    """Of the list of digests: who has written it down can tell that nobody exchanged the list."""
    damaged: Sequence[str]
    """What was damaged in the data folder already, and so is in the back-up."""


def take(data: Path, to: Path, clock: Clock) -> Taken:
    """Copy `data` to the new folder `to`, which appears whole or not at all.

    Raises:
        BackupError: nothing was taken; says why.
    """
    half = to.with_name(f"{to.name}.unfinished")
    _refuse(data, to, half)
    try:
        with _alone(data) as cut, _whole(half, to):
            taken_at = clock.now()
            damaged, sums = _copy_all(data, cut, half / CONTENT)
            title = f"liuhen {version('liuhen')}, {taken_at.isoformat()}"
            sums_sha256 = write_sums(half, title, sums)
            size_bytes = sum((half / CONTENT / name).stat().st_size for name in sums)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{to}: {in_words(error)}: nothing was kept of it") from error
    return Taken(taken_at, len(sums), size_bytes, sums_sha256, damaged)


def _refuse(data: Path, to: Path, half: Path) -> None:
    for name in DATABASES:
        if not (data / name).is_file():
            raise BackupError(f"{data} is no data folder of a product that ran: no {name} in it")
    if to.absolute().resolve().is_relative_to(data.resolve()):
        raise BackupError(f"{to} lies in the data folder: it would be lost together with it")
    if to.exists():
        raise BackupError(f"{to} is there already: a back-up needs a new name")
    if half.exists():
        raise BackupError(f"{half} is left of a back-up that did not end: remove it first")


def _copy_all(data: Path, cut: Path, content: Path) -> tuple[list[str], dict[str, str]]:
    """What was damaged already, and the digest of each file."""
    damaged: list[str] = []
    sums: dict[str, str] = {}
    with _at_one_instant(data, cut) as readers:
        for name, reader in readers.items():
            if not _copy_database(reader, content / name):
                damaged.append(name)
            fsync(content / name)
            sums[name] = digest_of(content / name)
    for folder, name in _files(data, cut):
        try:
            sums[name] = copy(folder / name, content / name, mode_of(name))
        except FileNotFoundError:  # lawfully removed since, by the product that runs on
            continue
        if _is_object(name) and sums[name] != Path(name).name:
            damaged.append(name)
    return damaged, sums


@contextmanager
def _at_one_instant(data: Path, cut: Path) -> Generator[dict[str, sqlite3.Connection]]:
    """Readers of every database, all at the instant of the links in `cut`."""
    with ExitStack() as open_readers:
        with _all_writers_waiting(data):
            readers = {
                name: open_readers.enter_context(closing(_connect(data / name)))
                for name in DATABASES
            }
            for reader in readers.values():
                reader.execute("BEGIN")
                reader.execute("SELECT 1 FROM sqlite_master").fetchone()  # from here on it stands
            for folder in CHANGING:
                _link(data / folder, cut / folder)
        yield readers


def _all_writers_waiting(data: Path) -> ExitStack:
    """Hold every database's write lock; the product's requests wait, and are not refused."""
    for _ in range(TRIES):
        with ExitStack() as writers:
            try:
                for name in DATABASES:
                    writer = writers.enter_context(closing(_connect(data / name)))
                    writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                continue
            return writers.pop_all()
    raise BackupError(f"{data} is being written to without a pause: nothing was taken, try again")


def _connect(database: Path) -> sqlite3.Connection:
    """Never make one that is missing."""
    place = f"{database.absolute().as_uri()}?mode=rw"
    return sqlite3.connect(place, uri=True, timeout=TURN_MAX_S, isolation_level=None)


def _link(folder: Path, cut: Path) -> None:
    cut.mkdir()
    if folder.is_dir():
        for file in folder.iterdir():
            if file.is_file():
                _link_one(file, cut / file.name)


def _link_one(file: Path, link: Path) -> None:
    while True:
        try:
            link.hardlink_to(file)
        except FileNotFoundError:  # replaced in this moment: take the new one; or removed
            if file.exists():
                continue
        return


def _copy_database(reader: sqlite3.Connection, target: Path) -> bool:
    """Whether the copy, and so what was copied, holds together."""
    with closing(sqlite3.connect(target, isolation_level=None)) as db:
        reader.backup(db)
        db.execute("PRAGMA journal_mode=DELETE")  # one file, without a second one beside it
        return db.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)


def _files(data: Path, cut: Path) -> Iterator[tuple[Path, str]]:
    """All files but the databases: the folder where each is found, and its name below that."""
    databases = {f"{name}{kind}" for name in DATABASES for kind in ("", "-wal", "-shm")}
    for name in names(data, LEFT_OUT | set(CHANGING)):
        if name not in databases:
            yield data, name
    for name in names(cut, set()):
        yield cut, name


def _is_object(name: str) -> bool:
    """Whether a file's name is what its bytes must be; the lock of one lies a folder deeper."""
    match Path(name).parts:
        case ("objects" | "bundles" | "derivatives", _, last):
            return bool(DIGEST.fullmatch(last))
        case _:
            return False


@contextmanager
def _alone(data: Path) -> Generator[Path]:
    """Take one back-up of `data` at a time; yields the folder for its links."""
    with (data / TURN).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"another back-up of {data} is being taken") from error
        cut = data / CUT
        shutil.rmtree(cut, ignore_errors=True)  # of one that was killed
        cut.mkdir(mode=0o700)
        try:
            yield cut
        finally:
            shutil.rmtree(cut)


@contextmanager
def _whole(half: Path, to: Path) -> Generator[None]:
    """Give what the block writes to `half` its name, durably; after an error nothing is there."""
    before = os.umask(0o077)
    try:
        (half / CONTENT).mkdir(parents=True)
        yield
        for place, _, _ in os.walk(half):
            fsync(Path(place))
        half.rename(to)
        fsync(to.absolute().parent)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    finally:
        os.umask(before)
