"""No time without its zone.

A naive time is read as local by one library and as UTC by the next; eight hours decide whether an
upload was within its twenty-four.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import EVERYTHING, File, lines_where

NEVER: Final = {"utcnow", "utcfromtimestamp", "today"}
WITH_ZONE: Final = {"now": 1, "fromtimestamp": 2}
"""How many arguments the call has at least when it names a zone."""


def offences(root: Path) -> list[str]:
    return lines_where(root, EVERYTHING, _naive, "a time without its zone")


def _naive(file: File) -> Iterator[int]:
    for call, owner, name in file.calls():
        if owner.split(".")[-1] not in {"datetime", "date"}:
            continue
        given = len(call.args) + len(call.keywords)
        if name in NEVER or (name in WITH_ZONE and given < WITH_ZONE[name]):
            yield call.lineno
