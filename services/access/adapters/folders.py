"""Evidence folders on disk. A folder stands under its name with all of its files, or not at all."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self
from uuid import UUID

from access.domain.evidence import MANIFEST, Listed
from common.objects import fsync

PIECE_BYTES: Final = 1 << 20


class Folders:
    """The finished folders, and those being built, on one file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, export_id: UUID) -> bool:
        return self._path(export_id).is_dir()

    def begin(self, export_id: UUID) -> "Draft":
        """Start a folder anew; what a killed process left of it half-way is deleted."""
        return Draft(self._incoming(export_id), self._path(export_id))

    def remove(self, export_id: UUID) -> None:
        """Delete a folder that is not to be handed out, whole or half-way, if there is one."""
        for place in (self._path(export_id), self._incoming(export_id)):
            shutil.rmtree(place, ignore_errors=True)

    def size_bytes(self, export_id: UUID, path: str) -> int:
        """How long a file of a finished folder is; `path` must come from its manifest."""
        return (self._path(export_id) / path).stat().st_size

    def pieces(self, export_id: UUID, path: str) -> Iterator[bytes]:
        """A file of a finished folder; `path` must come from its manifest."""
        with (self._path(export_id) / path).open("rb") as file:
            yield from iter(lambda: file.read(PIECE_BYTES), b"")

    def _path(self, export_id: UUID) -> Path:
        return self._folder / str(export_id)

    def _incoming(self, export_id: UUID) -> Path:
        return self._folder / "incoming" / str(export_id)


class Draft:
    """A folder that nobody sees until `finish` gives it its name."""

    def __init__(self, incoming: Path, final: Path) -> None:
        self._incoming = incoming
        self._final = final
        self.files: list[Listed] = []

    def __enter__(self) -> Self:
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._incoming, ignore_errors=True)

    def add(self, path: str, content: bytes) -> None:
        """Write a file that is small enough to be held."""
        self._write(path, iter((content,)))

    def copy(self, path: str, source: BinaryIO) -> Listed:
        """Copy a file, reading it once; what is returned is the digest of what was written."""
        return self._write(path, iter(lambda: source.read(PIECE_BYTES), b""))

    def finish(self, manifest: bytes) -> None:
        """Return when the folder is durable under its final name. The manifest is written last."""
        self._write(MANIFEST, iter((manifest,)))
        for place, _, _ in os.walk(self._incoming):
            fsync(Path(place))
        self._incoming.rename(self._final)
        fsync(self._final.parent)
        fsync(self._incoming.parent)

    def _write(self, path: str, pieces: Iterator[bytes]) -> Listed:
        full = self._incoming / path
        full.parent.mkdir(parents=True, exist_ok=True)
        digest, size_bytes = hashlib.sha256(), 0
        with full.open("xb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size_bytes += len(piece)
            file.flush()
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        listed = Listed(path=path, sha256=digest.hexdigest(), size_bytes=size_bytes)
        self.files.append(listed)
        return listed
