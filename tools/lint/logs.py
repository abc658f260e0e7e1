"""A log line's first words never change: what changes goes in as fields.

An f-string in a log call cannot be counted or searched, and carries a person's name past the filter
that drops secret fields.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import PRODUCT, File, lines_where

LOGGERS: Final = {"log", "logger", "logging"}
LEVELS: Final = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def offences(root: Path) -> list[str]:
    return lines_where(root, PRODUCT, _woven, "log fixed words and fields, no built string")


def _woven(file: File) -> Iterator[int]:
    for call, owner, name in file.calls():
        logs = owner.split(".")[-1].strip("_").lower() in LOGGERS and name in LEVELS
        if logs and any(_is_built(part) for part in call.args):
            yield call.lineno


def _is_built(part: ast.expr) -> bool:
    match part:
        case ast.JoinedStr() | ast.BinOp():
            return True
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str()), attr="format" | "join")):
            return True
        case _:
            return False
