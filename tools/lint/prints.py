"""No print in services and libraries: what they say goes to the log, as JSON and without secrets.

The verifier, which leaves the house in an export, speaks to a terminal in one place.
"""

from collections.abc import Iterator
from pathlib import Path

from tools.lint.source import SPEAKING, File, lines_where


def offences(root: Path) -> list[str]:
    return lines_where(root, ("libs", "services"), _prints, "log it instead of printing")


def _prints(file: File) -> Iterator[int]:
    if file.place not in SPEAKING:
        yield from (
            call.lineno
            for call, owner, name in file.calls()
            if (owner, name) in {("", "print"), ("sys.stdout", "write"), ("sys.stderr", "write")}
        )
