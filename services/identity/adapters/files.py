"""Writes small files whole: after a crash the old content is there or the new, never half of it."""

import os
from pathlib import Path

from common.objects import fsync


def write(path: Path, content: bytes, mode: int) -> None:
    """Replace `path` durably; it never has other permissions than `mode`, not even for a moment."""
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    fsync(path.parent)
