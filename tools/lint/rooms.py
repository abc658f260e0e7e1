"""Every service has the same rooms, and a README of at most twelve lines that says who it is.

Whoever knows one service then knows all eight, and finds any line's room at the first guess.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOMS: Final = ("app", "routes", "operations", "domain", "store", "tables", "settings", "errors")
README_LINES_MAX: Final = 12


def offences(root: Path) -> list[str]:
    services = sorted(path.parent for path in (root / "services").glob("*/__init__.py"))
    return [said for service in services for said in _missing(service)]


def _missing(service: Path) -> Iterator[str]:
    place = f"services/{service.name}"
    for room in ROOMS:
        if not (service / f"{room}.py").is_file() and not (service / room).is_dir():
            yield f"{place}: has no {room}"
    if not list((service / "migrations" / "versions").glob("0001_*.py")):
        yield f"{place}: has no first migration"
    readme = service / "README.md"
    if not readme.is_file():
        yield f"{place}: has no README.md"
    elif len(readme.read_text(encoding="utf-8").splitlines()) > README_LINES_MAX:
        yield f"{place}/README.md: more than {README_LINES_MAX} lines"
