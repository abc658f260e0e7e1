"""Opens a store of objects by its address: a folder on one box, an S3 bucket on many."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from common.clock import Clock
from common.objects import KeptObjects, Objects
from common.objects_local import LocalObjects, LocalReader

FOLDER: Final = "file"


def open_objects(url: str, clock: Clock, *, compliance: bool = False) -> Objects:
    """The store at `url`, for its one owner; `compliance`: locks that nobody can end early.

    Addresses are `file:///FOLDER`, and for S3 those of `common.s3.Address`. Whether the locks hold
    is for `worm_probe` to tell.

    Raises:
        StoreUnusableError: says why not.
    """
    folder = _folder(url)
    if folder:
        return LocalObjects(folder, clock)
    from common.objects_s3 import S3Objects  # noqa: PLC0415 - one box need not load S3's client

    return S3Objects(url, clock, compliance=compliance)


def open_reader(url: str) -> KeptObjects:
    """The store at `url`, for reading only.

    Raises:
        StoreUnusableError: says why not.
    """
    folder = _folder(url)
    if folder:
        return LocalReader(folder)
    from common.objects_s3 import S3Reader  # noqa: PLC0415 - as above

    return S3Reader(url)


def _folder(url: str) -> Path | None:
    parts = urlsplit(url)
    is_folder = parts.scheme == FOLDER and not parts.netloc and parts.path.startswith("/")
    return Path(url2pathname(parts.path)) if is_folder else None
