"""No sleep in tests.

A test that sleeps is slow on a fast machine and fails on a slow one. Step the loops (`settle`), set
the clock, or wait for the thing itself.
"""

from collections.abc import Iterator
from pathlib import Path

from tools.lint.source import File, lines_where


def offences(root: Path) -> list[str]:
    return lines_where(root, ("tests",), _sleeps, "wait for the thing itself, do not sleep")


def _sleeps(file: File) -> Iterator[int]:
    return (call.lineno for call, _, name in file.calls() if name == "sleep")
