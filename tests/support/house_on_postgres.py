"""The house's databases on PostgreSQL: one for each service, as the role that `serve` signs in as.

Each process of tests has eight of its own, copied from templates that are migrated once for a
server, and empties them for the next house: making and dropping them takes ten times as long.
"""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final
from uuid import uuid4

import psycopg
from fastapi import FastAPI
from sqlalchemy import make_url

from common.bus_embedded import EmbeddedBus
from common.clock import Clock
from common.db import Database
from common.relay import begin_life
from liuhen import engines
from liuhen.gateway import gateway
from liuhen.services import SERVICES, sqlite_url

SERVER: Final = "HOUSE_ON_POSTGRES"
"""The environment variable with the server's address, as its superuser. Without our prefix: the
product's own command refuses what it does not know."""
ROLE: Final = "house"
PASSWORD: Final = "of-a-test"  # noqa: S105 - of a test
_lived_in: dict[str, Path] = {}
"""By server, the folder whose house the databases hold."""


@cache
def make_templates(server: str) -> None:
    """Make, once, what is copied, and the role of all services: its rights differ by database."""
    _run(server, f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
    for name in SERVICES:
        _run(server, f"CREATE DATABASE {_template(name)}")
        engines.upgrade(_address(server, _template(name)), name, ROLE, restored=False)


def open_app(server: str, data: Path, clock: Clock) -> FastAPI:
    """The product on a folder, with empty databases unless these are the folder's already."""
    databases = _databases(server)
    if _lived_in.get(server, data) != data:
        for name, database in databases.items():
            _empty(_address(server, database), name)
    _lived_in[server] = data
    bus = EmbeddedBus(Database(sqlite_url(data, "bus")))
    apps: dict[str, FastAPI] = {}
    for name, entry in SERVICES.items():
        url = _address(server, databases[name], ROLE, PASSWORD)
        with Database(url) as db:
            begin_life(db, import_module(f"{name}.tables").OUTBOX)
        settings = entry.on_one_box(name, data).model_copy(update={"database_url": url})
        apps[name] = entry.create_app(settings, bus, clock)
    return gateway(apps, bus)


@cache
def _databases(server: str) -> dict[str, str]:
    """This process's databases by service, made when first asked for. They go with the server."""
    names = {name: f"h{uuid4().hex}_{name}" for name in SERVICES}
    for name, database in names.items():
        _run(server, f"CREATE DATABASE {database} TEMPLATE {_template(name)}")
    return names


def _empty(address: str, name: str) -> None:
    """Remove every row, also what is append-only by trigger."""
    tables = import_module(f"{name}.tables").Base.metadata.sorted_tables
    names = ", ".join(f'"{table.name}"' for table in tables)
    _run(address, f"SET session_replication_role = replica; TRUNCATE {names} RESTART IDENTITY")


def _template(name: str) -> str:
    return f"house_{name}"


def _address(
    server: str, database: str, username: str | None = None, password: str | None = None
) -> str:
    """The same server's, as another role where one is named."""
    url = make_url(server).set(username=username, password=password, database=database)
    return url.render_as_string(hide_password=False)


def _run(address: str, statements: str) -> None:
    with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statements.encode())
