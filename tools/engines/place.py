"""Temporary folders that every user may enter: PostgreSQL refuses to be root."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import gettempdir, mkdtemp
from typing import Final

OTHERS_MAY_ENTER: Final = 0o001
USUAL: Final = ("/tmp", "/var/tmp")  # noqa: S108 - the folder made in it has a random name
"""Where everybody's temporary files are, if ours are in a folder of our own."""


@contextmanager
def temporary(prefix: str) -> Generator[Path]:
    """A new folder for a block; its name begins with `prefix`."""
    folder = Path(mkdtemp(prefix=prefix, dir=_parent()))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        rmtree(folder, ignore_errors=True)


def _parent() -> Path:
    places = [Path(gettempdir()), *map(Path, USUAL)]
    return next((place for place in places if _is_open(place)), places[0])


def _is_open(place: Path) -> bool:
    way = (place, *place.parents)
    return place.is_dir() and all(it.stat().st_mode & OTHERS_MAY_ENTER for it in way)
