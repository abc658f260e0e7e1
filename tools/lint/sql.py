"""SQL is written in a service's store and tables, and in libs/common; nowhere else.

A statement in an operation is found by nobody who changes a table, and escapes the tests that run
the store on both databases.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import File, is_module, lines_where

PARTS: Final = ("liuhen", "services", "libs/contracts", "libs/tlog")
STATEMENTS: Final = {"select", "insert", "update", "delete", "text", "exec_driver_sql"}
ON_SESSION: Final = {
    *("add", "add_all", "connection", "delete", "exec", "execute", "flush", "get"),
    *("merge", "query", "refresh", "scalar", "scalars", "stream"),
}


def offences(root: Path) -> list[str]:
    return lines_where(root, PARTS, _statements, "SQL belongs into store.py")


def _statements(file: File) -> Iterator[int]:
    if is_module(file, "store", "tables", "migrations"):
        return
    for line, name in file.imports():
        library, _, imported = name.partition(".")
        if library in {"sqlalchemy", "sqlmodel"} and imported.split(".")[-1] in STATEMENTS:
            yield line
    for call, owner, name in file.calls():
        on_session = owner.split(".")[-1].strip("_") == "session" and name in ON_SESSION
        on_library = owner in {"sqlalchemy", "sqlmodel", "sa"} and name in STATEMENTS
        if on_session or on_library or name == "exec_driver_sql":
            yield call.lineno
