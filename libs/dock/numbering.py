"""Gaps in the numbers that a device gave its files: a possible selection, which a person explains.

What is recorded may not be picked from at will (不得任意选择取舍: S1-A2§7; S3§5).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from dock.claims import WHEN

DAY: Final = re.compile(r"(?<!\d)20\d{6}(?!\d)")
NUMBER: Final = re.compile(r"\d{3,9}(?!.*\d{3})")
"""The last three or more digits in a name, of which times were taken out."""


class Gap(NamedTuple):
    """Numbers of a device for which there is no file, the first and the last of them."""

    first: int
    last: int

    @property
    def size(self) -> int:
        return self.last - self.first + 1


class Numbered(NamedTuple):
    """A number as a file's name tells it."""

    series: str
    """The name without its number: a device may count films and photos apart."""
    number: int
    width: int
    """With how many digits it is written."""


def in_name(path: str) -> Numbered | None:
    """The number in a file's name, if it tells one."""
    stem = DAY.sub("", WHEN.sub("", PurePosixPath(path).stem))
    found = NUMBER.search(stem)
    if found is None:
        return None
    series = f"{stem[: found.start()]}#{stem[found.end() :]}"
    return Numbered(series, int(found.group()), len(found.group()))


def gaps(numbers: Iterable[int], last: int | None = None) -> list[Gap]:
    """What is missing between the least and the greatest number, or up to `last`."""
    known = sorted(set(numbers))
    found = [Gap(before + 1, after - 1) for before, after in pairwise(known) if after - before > 1]
    if last is not None and known and last > known[-1]:
        found.append(Gap(known[-1] + 1, last))
    return found


def gaps_in_names(paths: Iterable[str]) -> list[Gap]:
    """What is missing by the files' names.

    Some devices count films and photos together, some apart: together, unless two of them have the
    same number. One that has counted to the end begins anew, which is no gap.
    """
    series: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for numbered in filter(None, map(in_name, paths)):
        series[numbered.series][numbered.number] = numbered.width
    together = {number: width for one in series.values() for number, width in one.items()}
    if len(together) == sum(map(len, series.values())):
        return _gaps_but_the_turn(together)
    return [gap for name in sorted(series) for gap in _gaps_but_the_turn(series[name])]


def _gaps_but_the_turn(numbers: Mapping[int, int]) -> list[Gap]:
    found = gaps(numbers)
    has_turned = any(number == 10**width - 1 for number, width in numbers.items())
    if found and has_turned and min(numbers) <= 1:
        found.remove(max(found, key=lambda gap: gap.size))
    return found
