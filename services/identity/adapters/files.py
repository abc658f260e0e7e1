"""Writes small files whole: after a crash the old content is there or the new, never half of it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from common.objects import fsync


def write(path: Path, content: bytes, mode: int) -> None:
    """Replace `path` durably; it never has other permissions than `mode`, not even for a moment."""
    _half(path, content, mode).rename(path)
    fsync(path.parent)


def write_first(path: Path, content: bytes, mode: int) -> None:
    """Write `path` likewise unless it is there: of several processes that want to, one does."""
    half = _half(path, content, mode)
    with suppress(FileExistsError):
        path.hardlink_to(half)
    half.unlink()
    fsync(path.parent)


def _half(path: Path, content: bytes, mode: int) -> Path:
    """A whole file beside `path`, under a name that no other process uses."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return half
