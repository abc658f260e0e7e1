"""No print in services and libraries: what they say goes to the log, as JSON and without secrets.

libs/tlog/verify.py is the exception: it leaves the house in every export as a program of its own.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import File, lines_where

PROGRAMS: Final = {"libs/tlog/verify.py"}


def offences(root: Path) -> list[str]:
    return lines_where(root, ("libs", "services"), _prints, "log it instead of printing")


def _prints(file: File) -> Iterator[int]:
    if file.place not in PROGRAMS:
        yield from (
            call.lineno
            for call, owner, name in file.calls()
            if (owner, name) in {("", "print"), ("sys.stdout", "write"), ("sys.stderr", "write")}
        )
