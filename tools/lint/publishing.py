"""Only the relay speaks to the bus.

An event published beside the outbox is lost when the transaction rolls back after it, or announces
what never happened.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import PRODUCT, File, lines_where

ALLOWED: Final = "libs/common/relay.py"


def offences(root: Path) -> list[str]:
    return lines_where(root, PRODUCT, _publishes, f"only {ALLOWED} publishes; emit to the outbox")


def _publishes(file: File) -> Iterator[int]:
    if file.place != ALLOWED:
        yield from (
            call.lineno
            for call, owner, name in file.calls()
            if name == "publish" and owner.split(".")[-1].strip("_()") == "bus"
        )
