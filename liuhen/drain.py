"""Empties a spool before its volume is taken away: nothing new begins, what began is ended."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.adapters.spool import Held, Spool

LOOK_S: Final = 1.0


def drain(folder: Path, wait_s: float, tell: Callable[[Held], None]) -> Held:
    """Close the spool, then wait until it is empty or `wait_s` are over; say what is left.

    The service that works on it goes on meanwhile: phones end what they began, and the finaliser
    stores what has arrived. `tell` hears of every change.
    """
    spool = Spool(folder)
    spool.close()
    ends_at = time.monotonic() + wait_s
    before: Held | None = None
    while True:
        held = spool.held()
        if held != before:
            tell(held)
        if not held.films or time.monotonic() >= ends_at:
            return held
        before = held
        time.sleep(LOOK_S)


def reopen(folder: Path) -> Held:
    """Let films begin here again; say what is there."""
    spool = Spool(folder)
    spool.reopen()
    return spool.held()
