"""Puts a back-up of one box back: everything is checked before anything is written."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from common.objects import fsync
from liuhen import standalone
from liuhen.sums import CONTENT, BackupError, copy, digest_of, in_words, mode_of, names, read_sums

NAMED_MAX = 5
"""How many files a refusal names; there may be thousands."""


def restore(source: Path, data: Path) -> int:
    """Put the back-up `source` into the empty folder `data`, and say how many files it has.

    The next `up` on it begins a new life of the numbering, as every `up` does.

    Raises:
        BackupError: nothing was restored; says why.
        FolderInUseError: as of `standalone.locked`.
    """
    _refuse_full(data)
    sums = _checked(source)
    with standalone.locked(data):
        _refuse_full(data)  # now nobody else can fill it
        marker = data / standalone.RESTORING
        marker.touch()
        fsync(data)
        try:
            _copy_all(source / CONTENT, data, sums)
        except BaseException as error:
            _empty(data)
            if isinstance(error, OSError):
                raise BackupError(f"{data}: {in_words(error)}: nothing was restored") from error
            raise
        marker.unlink()
        fsync(data)
    return len(sums)


def _refuse_full(data: Path) -> None:
    if data.is_dir() and {path.name for path in data.iterdir()} - {"lock"}:
        raise BackupError(f"{data} is not empty: a back-up is restored into an empty folder")


def _checked(source: Path) -> Mapping[str, str]:
    """The digest of every file, each of which is there and has it; and there is no other file."""
    sums = read_sums(source)
    content = source / CONTENT
    there = set(names(content, ()))
    wrong = [f"{name} is missing" for name in sorted(sums.keys() - there)]
    wrong += [f"{name} is not in the list" for name in sorted(there - sums.keys())]
    both = sorted(there & sums.keys())
    wrong += [f"{name} is damaged" for name in both if _differs(content, sums, name)]
    if wrong:
        more = f", and {len(wrong) - NAMED_MAX} more" if len(wrong) > NAMED_MAX else ""
        said = ", ".join(wrong[:NAMED_MAX])
        raise BackupError(f"{source} cannot be trusted: {said}{more}: nothing was restored")
    return sums


def _differs(content: Path, sums: Mapping[str, str], name: str) -> bool:
    try:
        return digest_of(content / name) != sums[name]
    except OSError:  # a disk that cannot read it any more
        return True


def _copy_all(content: Path, data: Path, sums: Mapping[str, str]) -> None:
    for name, sha256 in sums.items():
        if copy(content / name, data / name, mode_of(name)) != sha256:
            raise BackupError(f"{content / name} changed while it was read: nothing was restored")
    for place, _, _ in os.walk(data):
        fsync(Path(place))


def _empty(data: Path) -> None:
    """Take back what was written; the folder was empty before. The marker goes last."""
    for path in data.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in {"lock", standalone.RESTORING}:
            path.unlink()
    (data / standalone.RESTORING).unlink()
