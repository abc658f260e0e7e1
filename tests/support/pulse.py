"""Tells whether anything was committed that a loop of a house may have to act on."""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from fastapi import FastAPI
from sqlalchemy import Engine

VERSION: Final = "PRAGMA data_version"
"""Of a file, as one connection sees it: another one with each commit of the others."""


BUS: Final = "bus"
BeatOf: TypeAlias = Callable[[str, str], object]
"""From a service's name and a loop's to a value that differs once what the loop works off moved."""


@contextmanager
def watching(app: FastAPI) -> Generator[BeatOf]:
    """Watch the bus for the consumers, and for every loop its service's own database.

    PostgreSQL tells nothing of the kind: there the value differs each time.
    """
    engines: dict[str, Engine] = {
        name: service.state.ctx.db.engine for name, service in app.state.apps.items()
    }
    if any(engine.dialect.name != "sqlite" for engine in engines.values()):
        yield lambda _service, _loop: object()
        return
    files = {name: Path(engine.url.database or "") for name, engine in engines.items()}
    files[BUS] = next(iter(files.values())).with_name(f"{BUS}.db")
    with ExitStack() as stack:
        watched = {
            name: stack.enter_context(closing(sqlite3.connect(file)))
            for name, file in files.items()
        }

        def beat_of(service: str, loop: str) -> object:
            places = (service, BUS) if loop == "consumer" else (service,)
            return [watched[place].execute(VERSION).fetchone() for place in places]

        yield beat_of
