"""The form of a back-up on disk: files, and their SHA-256 as `sha256sum --check` reads it."""

import hashlib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from common.objects import PIECE_BYTES, fsync

SUMS: Final = "SHA256SUMS"
CONTENT: Final = "data"
"""Below this, the files as they lie in a data folder."""
READ_ONLY: Final = {"objects", "bundles", "derivatives", "exports"}
"""Folders whose files are never written again; all others are their owner's alone."""


class BackupError(Exception):
    """A back-up cannot be taken or restored; says why in a sentence."""


def names(folder: Path, left_out: Collection[str]) -> Iterator[str]:
    """The files below `folder`, also through links, but not below anything called `left_out`."""
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = sorted(set(folders) - set(left_out))
        for file in sorted(set(files) - set(left_out)):
            yield str((Path(place) / file).relative_to(folder))


def copy(source: Path, target: Path, mode: int) -> str:
    """Copy a file durably, and return the digest of what was written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as original, target.open("xb") as file:
        while piece := original.read(PIECE_BYTES):
            file.write(piece)
            digest.update(piece)
        file.flush()
        os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())
    return digest.hexdigest()


def mode_of(name: str) -> int:
    """The rights of a file, by its place: a medium between may have forgotten them."""
    return 0o444 if Path(name).parts[0] in READ_ONLY else 0o600


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_sums(folder: Path, title: str, sums: Mapping[str, str]) -> str:
    """Write the list of digests into `folder`, and return its own.

    Raises:
        BackupError: it cannot be written so that everybody reads the same.
    """
    if any("\n" in name or "\\" in name for name in sums):
        raise BackupError("a file's name cannot be listed: it has a line break or a backslash")
    lines = [f"{sha256}  {CONTENT}/{name}\n" for name, sha256 in sorted(sums.items())]
    path = folder / SUMS
    path.write_bytes(os.fsencode("".join([f"# {title}\n", *lines])))
    path.chmod(0o600)
    fsync(path)
    return digest_of(path)


def read_sums(folder: Path) -> dict[str, str]:
    """The digest of every file.

    Raises:
        BackupError: there is no list, or it is damaged.
    """
    try:
        text = os.fsdecode((folder / SUMS).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(f"{folder} is no back-up of Liuhen: there is no {SUMS}") from error
    sums: dict[str, str] = {}
    for line in text.removesuffix("\n").split("\n")[1:]:
        sha256, gap, name = line.partition(f"  {CONTENT}/")
        if not gap or name in sums:
            raise BackupError(f"{folder / SUMS} is damaged: nothing was restored")
        sums[name] = sha256
    return sums


def in_words(error: Exception) -> str:
    """What the system says, without its numbers."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error)
