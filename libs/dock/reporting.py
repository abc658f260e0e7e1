"""What the server is told of a whole card: which of a device's own numbers it has no file for."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from uuid import uuid5

from contracts.ingest import NumbersFrom
from dock.numbering import Gap
from dock.patience import AwayError
from dock.plan import NAMESPACE, Film, Plan
from dock.pushing import Push, StoppedError
from dock.receipt import UNTOLD
from dock.server import RefusedError

GAPS_MAX: Final = 1_000
"""How many gaps of a device the server takes one by one; of further ones it takes the number."""


def tell(push: Push, plan: Plan) -> list[str]:
    """Tell the server of every device of the card, also of one without a gap or without a film.

    Returns what it could not be told, in words: the card then comes again, and so does this.
    """
    problems: list[str] = []
    for report in reports(plan):
        try:
            push.report(report)
        except (AwayError, RefusedError, StoppedError) as error:
            problems.append(f"{UNTOLD}（设备 {report['device_no']}）：{error or '已中止'}")
    return problems


def reports(plan: Plan) -> Iterator[Mapping[str, Any]]:
    """A report for each device, by its number; the same of the same card, however often made."""
    of_device = defaultdict[str, list[Film]](list, {device_no: [] for device_no in plan.gaps})
    for film in plan.films:
        of_device[film.device_no].append(film)
    for device_no, films in sorted(of_device.items()):
        said = _said(device_no, films, plan.gaps.get(device_no, []))
        yield said | {"key": str(uuid5(NAMESPACE, _everything(said, films)))}


def _said(device_no: str, films: list[Film], gaps: list[Gap]) -> dict[str, Any]:
    is_told = not films or any(film.file_no is not None for film in films)
    named, further = gaps[:GAPS_MAX], gaps[GAPS_MAX:]
    return {
        "device_no": device_no,
        "numbers_from": NumbersFrom.MANIFEST if is_told else NumbersFrom.FILE_NAME,
        "files": len(films),
        "gaps": [{"first": gap.first, "last": gap.last} for gap in named],
        "further_gaps": len(further),
        "further_missing": sum(gap.size for gap in further),
    }


def _everything(said: Mapping[str, Any], films: Iterable[Film]) -> str:
    """Two cards of one device with as many films and no gap are two reports."""
    found = [(film.found.path, film.found.size_bytes, film.found.modified_ns) for film in films]
    return json.dumps([said, found], sort_keys=True)
