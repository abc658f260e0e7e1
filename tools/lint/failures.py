"""Nobody makes an HTTPException: a failure is an AppError with a code of its own.

An HTTPException has no stable code, so a client can only guess, and it ties an operation to HTTP.
"""

from collections.abc import Iterator
from pathlib import Path

from tools.lint.source import PRODUCT, File, lines_where


def offences(root: Path) -> list[str]:
    return lines_where(root, PRODUCT, _made, "raise an AppError with a code, no HTTPException")


def _made(file: File) -> Iterator[int]:
    return (
        call.lineno
        for call, _, name in file.calls()
        if name in {"HTTPException", "StarletteHTTPException"}
    )
