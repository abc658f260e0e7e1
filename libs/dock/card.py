"""What lies on a card, read and never written; no way leads out of it."""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final

from dock.manifest import NAME

PIECE_BYTES: Final = 1024**2
SYSTEM: Final = {
    *("system volume information", "$recycle.bin", "recycler", "lost+found"),
    *("thumbs.db", "desktop.ini", "autorun.inf"),
}
"""What systems of computers, not cameras, leave on a card; in lower case."""


class NotTaken(StrEnum):
    """Why something on the card is not sent."""

    HIDDEN = "hidden"
    SYSTEM = "system"
    LINK = "link"
    SPECIAL = "special"
    EMPTY = "empty"
    MANIFEST = "manifest"


class ChangedError(Exception):
    """A file is not any more what it was when the card was looked through, or is gone."""


@dataclass(frozen=True)
class Found:
    """A file as it was when the card was looked through."""

    path: str
    """Below the card's folder, with slashes."""
    size_bytes: int
    modified_ns: int
    place: tuple[int, int]
    """Its file system and number there: another file may have the same name."""

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Left:
    """Something on the card that is not sent, and why."""

    path: str
    reason: NotTaken


@dataclass(frozen=True)
class Card:
    """Everything that lies on a card, in the order of paths."""

    files: tuple[Found, ...]
    left: tuple[Left, ...]
    unreadable: tuple[str, ...]
    """Folders that could not be looked into: what they hold is not known."""


def look(folder: Path) -> Card:
    """Look through a whole card."""
    files: list[Found] = []
    left: list[Left] = []
    unreadable: list[str] = []
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            entries = list(os.scandir(folder / below))
            facts = [(entry, entry.stat(follow_symlinks=False)) for entry in entries]
        except OSError:
            unreadable.append(below or ".")
            continue
        for entry, fact in facts:
            path = f"{below}/{entry.name}".removeprefix("/")
            if reason := _not_taken(path, fact):
                left.append(Left(path, reason))
            elif stat.S_ISDIR(fact.st_mode):
                waiting.append(path)
            else:
                files.append(_found(path, fact))
    return Card(
        tuple(sorted(files, key=lambda file: file.path)),
        tuple(sorted(left, key=lambda file: file.path)),
        tuple(sorted(unreadable)),
    )


def _not_taken(path: str, fact: os.stat_result) -> NotTaken | None:
    name = path.rsplit("/", 1)[-1]
    is_folder, is_file = stat.S_ISDIR(fact.st_mode), stat.S_ISREG(fact.st_mode)
    reasons = {
        NotTaken.LINK: stat.S_ISLNK(fact.st_mode),
        NotTaken.SPECIAL: not (is_folder or is_file),
        NotTaken.SYSTEM: name.lower() in SYSTEM,
        NotTaken.HIDDEN: name.startswith("."),
        NotTaken.MANIFEST: path == NAME,
        NotTaken.EMPTY: is_file and fact.st_size == 0,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _found(path: str, fact: os.stat_result) -> Found:
    return Found(path, fact.st_size, fact.st_mtime_ns, (fact.st_dev, fact.st_ino))


@contextmanager
def opened(folder: Path, found: Found) -> Generator[BinaryIO]:
    """Open a file that is still what was found, for reading only.

    Raises:
        ChangedError: it is not, or cannot be opened.
    """
    try:
        number = os.open(folder / found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise ChangedError(error.strerror) from error
    with os.fdopen(number, "rb") as file:
        check(file, found)
        yield file


def check(file: BinaryIO, found: Found) -> None:
    """See that an open file is still what was found.

    Raises:
        ChangedError: it is not.
    """
    if _found(found.path, os.fstat(file.fileno())) != found:
        raise ChangedError


def piece(file: BinaryIO, found: Found, offset: int, length: int) -> bytes:
    """Bytes of an open file that is still what was found.

    Raises:
        ChangedError: it is not, or the card cannot be read.
    """
    try:
        file.seek(offset)
        content = file.read(length)
        check(file, found)
    except OSError as error:
        raise ChangedError(error.strerror) from error
    if len(content) != min(length, found.size_bytes - offset):
        raise ChangedError
    return content


def digest(folder: Path, found: Found, on_progress: Callable[[int], None]) -> str:
    """The SHA-256 of a file, in hexadecimal; says how many bytes of it were read so far.

    Raises:
        ChangedError: it changes or vanishes meanwhile, or cannot be read.
    """
    hashed = hashlib.sha256()
    with opened(folder, found) as file:
        for offset in _offsets(found):
            hashed.update(piece(file, found, offset, PIECE_BYTES))
            on_progress(min(offset + PIECE_BYTES, found.size_bytes))
    return hashed.hexdigest()


def _offsets(found: Found) -> Iterator[int]:
    return iter(range(0, found.size_bytes, PIECE_BYTES))


def sayable(text: str) -> str:
    """A name as it can be sent: what no text can be is shown as a question mark."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "?", text.encode("utf-8", "replace").decode())
