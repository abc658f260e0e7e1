"""How much may be begun, and by whom: a lost or mad device must not take the room of all. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final, Literal

UNSAID_BYTES: Final = 256 * 1024**2
"""What an upload counts for whose client does not know its length yet, until more has come. The
clip of an ordinary day is about as long (312 GB in 900 clips)."""
DAY: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
AFTER_OTHERS_S: Final = 300
"""When to ask again where uploads of one's own have to end first."""

Whose = Literal["person", "device", "agency"]
What = Literal["open_uploads", "awaited_bytes", "bytes_a_day", "begun_a_minute"]


def counted_bytes(size_bytes: int | None) -> int:
    """What an upload that begins counts for."""
    return UNSAID_BYTES if size_bytes is None else size_bytes


@dataclass(frozen=True)
class Amounts:
    """Open uploads, and what was begun within a day: as much as may be, or as is used."""

    open_of_person: int
    open_of_device: int
    open_of_agency: int
    awaited_of_agency_bytes: int
    """Announced and not here yet."""
    day_of_device_bytes: int
    day_of_agency_bytes: int
    minute_of_device: int


@dataclass(frozen=True)
class Use(Amounts):
    """What is used before one more begins."""

    first_of_device_at: datetime | None = None
    """The oldest of the day, whose share is free again first."""
    first_of_agency_at: datetime | None = None


@dataclass(frozen=True)
class Excess:
    """What one more would be too much of."""

    whose: Whose
    what: What
    limit: int
    used: int
    again_in_s: int
    """When it is worth asking again."""


def excess(
    limits: Amounts, use: Use, size_bytes: int | None, now: datetime, *, has_device: bool
) -> Excess | None:
    """The first limit that one more upload would pass; None if it may begin.

    A part names no device: it counts for who sends it and for the agency.
    """
    return next(_passed(limits, use, counted_bytes(size_bytes), now, has_device=has_device), None)


def _passed(
    limits: Amounts, use: Use, more_bytes: int, now: datetime, *, has_device: bool
) -> Iterator[Excess]:
    if has_device:
        yield from _open("device", limits.open_of_device, use.open_of_device)
        if use.minute_of_device >= limits.minute_of_device:
            most, used = limits.minute_of_device, use.minute_of_device
            yield Excess("device", "begun_a_minute", most, used, int(MINUTE.total_seconds()))
        if use.day_of_device_bytes + more_bytes > limits.day_of_device_bytes:
            most, used = limits.day_of_device_bytes, use.day_of_device_bytes
            free_in_s = _free_in_s(use.first_of_device_at, now)
            yield Excess("device", "bytes_a_day", most, used, free_in_s)
    yield from _open("person", limits.open_of_person, use.open_of_person)
    yield from _open("agency", limits.open_of_agency, use.open_of_agency)
    if use.awaited_of_agency_bytes + more_bytes > limits.awaited_of_agency_bytes:
        most, used = limits.awaited_of_agency_bytes, use.awaited_of_agency_bytes
        yield Excess("agency", "awaited_bytes", most, used, AFTER_OTHERS_S)
    if use.day_of_agency_bytes + more_bytes > limits.day_of_agency_bytes:
        most, used = limits.day_of_agency_bytes, use.day_of_agency_bytes
        yield Excess("agency", "bytes_a_day", most, used, _free_in_s(use.first_of_agency_at, now))


def _open(whose: Whose, most: int, used: int) -> Iterator[Excess]:
    if used >= most:
        yield Excess(whose, "open_uploads", most, used, AFTER_OTHERS_S)


def _free_in_s(first_at: datetime | None, now: datetime) -> int:
    """In how many seconds the oldest upload of a day is no longer within it; one at least."""
    if first_at is None:
        return int(DAY.total_seconds())
    return max(1, ceil((first_at + DAY - now).total_seconds()))
