"""What the product imports is what it asks for: nothing by luck, nothing in vain."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from tools.lint.source import PRODUCT, files

ROOT: Final = Path(__file__).parents[2]
NOT_IMPORTED: Final = {"tzdata", "psycopg"}
"""Python's zoneinfo reads the first on machines that have no such files of their own, SQLAlchemy
takes the second for addresses that begin with `postgresql+psycopg:`.
"""


def plain(requirement: str) -> str:
    """A distribution's name as indexes compare it: `PyJWT[crypto]>=2` is `pyjwt`."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def imported() -> set[str]:
    """The distributions that the product's source imports from."""
    owners = packages_distributions()
    tops = {name.split(".")[0] for file in files(ROOT, PRODUCT) for _, name in file.imports()}
    ours = {path.name for part in (".", "libs", "services") for path in (ROOT / part).iterdir()}
    theirs = tops - sys.stdlib_module_names - ours
    return {plain(owner) for top in theirs for owner in owners.get(top, [f"unknown: {top}"])}


def test_the_product_asks_for_exactly_what_it_imports() -> None:
    house = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = {plain(requirement) for requirement in house["project"]["dependencies"]}
    assert imported() == asked - NOT_IMPORTED


def test_the_lock_holds_everything_that_is_asked_for() -> None:
    house = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = house["dependencies"] + house["optional-dependencies"]["dev"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {plain(line) for line in lock.splitlines() if re.match(r"[a-z]", line)}
    assert {plain(requirement) for requirement in asked} <= locked
