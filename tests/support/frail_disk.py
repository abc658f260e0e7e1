"""A disk that fails as disks do, under the spool's real code and over real files.

What is written is visible at once and durable only after `sync`. When `sync` fails, the pages that
waited are dropped and the next `sync` succeeds without them, as on Linux. A name is durable after
`sync_folder`. When the power is cut, everything else is forgotten, or some of it.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeAlias

from typing_extensions import override

from ingest.adapters.files import Files

Change: TypeAlias = Callable[[bytearray], None]


class PowerCutError(BaseException):
    """The machine is off: no code runs after this, so nothing may catch it."""


class FrailDisk(Files):
    """The files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.done = Counter[str]()
        """How often each operation was asked for."""
        self.write_max_bytes: int | None = None
        self._folder = folder
        self._faults: dict[tuple[str, int], int] = {}
        self._power_ends_at: int | None = None
        self._paths: dict[int, Path] = {}
        self._durable: dict[Path, bytearray] = {}
        self._pending: dict[Path, list[Change]] = {}
        self._named: set[Path] = set()

    def fail(self, operation: str, nth: int, error: int) -> None:
        """Have the `nth` of these operations from now on fail once with an errno."""
        self._faults[operation, self.done[operation] + nth] = error

    def cut_power(self, after: int) -> None:
        """Let no more than so many operations happen from now on."""
        self._power_ends_at = self.done.total() + after

    def come_back(self, dice: Random | None = None) -> None:
        """Give back what is durable; with dice, also some of what is not, in no order."""
        for path, pending in self._pending.items():
            for change in pending:
                if dice and dice.random() < 1 / 2:
                    change(self._durable[path])
            pending.clear()
        for path in self._folder.iterdir():
            path.unlink()
        for path in self._named:
            path.write_bytes(self._durable[path])
        self._power_ends_at = None

    def durable(self, path: Path) -> bytes:
        """What of a file would be there after the power came back."""
        return bytes(self._durable[path]) if path in self._named else b""

    @override
    def open(self, path: Path, *, make: bool) -> int:
        self._count("open")
        is_new = not path.exists()
        file = super().open(path, make=make)
        self._paths[file] = path
        if is_new:
            self._durable[path], self._pending[path] = bytearray(), []
        return file

    @override
    def write(self, file: int, content: memoryview, offset: int) -> int:
        self._count("write")
        written = super().write(file, content[: self.write_max_bytes], offset)
        self._change(file, _writing(bytes(content[:written]), offset))
        return written

    @override
    def truncate(self, file: int, size_bytes: int) -> None:
        self._count("truncate")
        super().truncate(file, size_bytes)
        self._change(file, _truncating(size_bytes))

    @override
    def sync(self, file: int) -> None:
        path = self._paths[file]
        changes = self._pending[path][:]  # another thread may write meanwhile
        try:
            self._count("sync")
        except OSError:
            del self._pending[path][: len(changes)]
            raise
        super().sync(file)
        for change in changes:
            change(self._durable[path])
        del self._pending[path][: len(changes)]

    @override
    def sync_folder(self, folder: Path) -> None:
        self._count("sync_folder")
        super().sync_folder(folder)
        self._named = {path for path in folder.iterdir() if path in self._durable}

    def _change(self, file: int, change: Change) -> None:
        self._pending[self._paths[file]].append(change)

    def _count(self, operation: str) -> None:
        if self._power_ends_at is not None and self.done.total() >= self._power_ends_at:
            raise PowerCutError
        self.done[operation] += 1
        error = self._faults.pop((operation, self.done[operation]), None)
        if error is not None:
            raise OSError(error, os.strerror(error))


def _writing(content: bytes, offset: int) -> Change:
    def write(disk: bytearray) -> None:
        if len(disk) < offset:  # a hole: what lay between was not written
            disk.extend(bytes(offset - len(disk)))
        disk[offset : offset + len(content)] = content

    return write


def _truncating(size_bytes: int) -> Change:
    def truncate(disk: bytearray) -> None:
        del disk[size_bytes:]

    return truncate
