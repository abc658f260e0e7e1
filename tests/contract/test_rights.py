"""What a service's role may do in its own database on PostgreSQL, and what nobody may."""

from importlib import import_module
from uuid import uuid4

import pytest
from sqlalchemy.exc import DBAPIError, ProgrammingError

from common import migrate
from common.db import Database
from liuhen import engines
from liuhen.services import SERVICES
from tools.engines.postgres import Postgres


@pytest.fixture
def role(postgres: Postgres) -> str:
    name = f"role{uuid4().hex}"
    postgres.run(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    return name


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_reads_and_adds_but_cannot_change_what_was_decided(
    postgres: Postgres, role: str, name: str
) -> None:
    owner = postgres.new_database()
    for _ in range(2):  # an upgrade grants again
        engines.upgrade(owner, name, role, restored=False)
    tables = import_module(f"{name}.tables")
    insert_only = {row.__tablename__ for row in getattr(tables, "INSERT_ONLY", ())}
    with Database(postgres.url(owner.rpartition("/")[2], role, "x")) as db:
        migrate.check(db, name, tables.Base.metadata)
        for table in tables.Base.metadata.sorted_tables:
            for statement in (table.delete(), table.update().values({table.c[0].name: None})):
                if table.name in insert_only:
                    with pytest.raises(ProgrammingError, match="permission denied"):
                        run(db, statement)
                elif table.name != "log":  # its triggers have a say; nothing deletes it
                    run(db, statement)
            run(db, table.select())
        with pytest.raises(ProgrammingError, match="permission denied"):
            run(db, "CREATE TABLE mine (it integer)")


@pytest.mark.parametrize("table", ["entry", "node", "checkpoint"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET size = 0", "TRUNCATE {}"])
def test_not_even_the_owner_rewrites_the_log(
    postgres: Postgres, table: str, statement: str
) -> None:
    owner = postgres.new_database()
    engines.upgrade(owner, "audit", None, restored=False)
    first = {"entry": "index", "node": "level", "checkpoint": "size"}[table]
    said = statement.format(table).replace("size", f'"{first}"')
    with Database(owner) as db, pytest.raises(DBAPIError, match="append-only"):
        run(db, said)


def run(db: Database, statement: object) -> None:
    with db.transaction() as session:
        if isinstance(statement, str):
            session.connection().exec_driver_sql(statement)
        else:
            session.connection().execute(statement)  # pyright: ignore[reportCallIssue, reportArgumentType] - of any kind
