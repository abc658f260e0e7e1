"""What is known of a film's way from the spool into the store. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

PAUSE: Final = timedelta(minutes=1)
PAUSE_MAX: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Proof:
    """What a store said of a clip's bytes before anybody was told that they are kept."""

    version: str | None
    """What the store calls the very bytes; None in a folder, where a name has only ever one."""
    sha256: str | None
    """Of what it gave back; None where it was not asked to, by the setting."""
    size_bytes: int | None
    read_at: datetime | None


class Doubt(StrEnum):
    """Why a film that was placed in the store is not said to be kept."""

    OTHER_BYTES = "other_bytes"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    NOT_LOCKED = "not_locked"


def pause_after(tries: int) -> timedelta:
    """How long a film waits that was placed `tries` times and could not be proved.

    Placing it again may mean to send 8 GiB, and what is wrong with a store lasts for a while.
    """
    return min(PAUSE * 2 ** min(tries - 1, 10), PAUSE_MAX)


def is_in_sample(upload_id: str, one_in: int) -> bool:
    """Whether an upload is one of those read back where only some are.

    Its id is random, so it is a fair sample, and the same after a restart.
    """
    return int(upload_id, 16) % one_in == 0
