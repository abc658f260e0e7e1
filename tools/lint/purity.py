"""A domain and a contract read no clock, no random numbers, no files and no environment.

Law must be repeatable: the same facts give the same verdict, in a test and in an appeal ten years
later. What changes comes in as a parameter.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import File, is_module, lines_where

MODULES: Final = {
    *("asyncio", "glob", "io", "os", "pathlib", "random", "secrets", "shutil", "socket"),
    *("subprocess", "sys", "tempfile", "threading", "time"),
}
ID_MAKERS: Final = {f"uuid.uuid{version}" for version in (1, 4, 6, 7)}
CLOCKS: Final = {"now", "utcnow", "today"}


def offences(root: Path) -> list[str]:
    parts = ("services", "libs/contracts")
    return lines_where(root, parts, _impure, "a domain takes what changes as a parameter")


def _impure(file: File) -> Iterator[int]:
    if not (is_module(file, "domain") or file.place.startswith("libs/contracts/")):
        return
    for line, name in file.imports():
        if name.split(".")[0] in MODULES or name in ID_MAKERS:
            yield line
    for call, owner, name in file.calls():
        on_clock = owner.split(".")[-1] in {"datetime", "date"} and name in CLOCKS
        if on_clock or f"{owner}.{name}" in ID_MAKERS or (not owner and name in {"open", "input"}):
            yield call.lineno
