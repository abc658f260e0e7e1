"""The second fence between agencies: a query that forgets its agency finds nothing of another's.

Method: every table of every service on PostgreSQL, as the role of `serve`, without any filter.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime
from importlib import import_module
from itertools import count, product
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Table, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, ProgrammingError
from sqlmodel import Session

from common import fence, migrate
from common.db import Database, savepoint
from common.fence import across_agencies, acting_for, acting_for_all, on_behalf_of
from common.migrate import SchemaError
from liuhen import engines
from liuhen.services import SERVICES
from tools.engines.postgres import Postgres

A, B = uuid4(), uuid4()
TABLES: Final = {name: import_module(f"{name}.tables").Base.metadata for name in SERVICES}
INSERT_ONLY: Final = {
    name: {row.__tablename__ for row in getattr(import_module(f"{name}.tables"), "INSERT_ONLY", ())}
    for name in SERVICES
}


def depth(table: Table) -> int:
    """How many rows away the one is that names its agency."""
    above = fence.parent(table)
    return 1 + depth(table.metadata.tables[above[0]]) if above else 0


FENCED: Final = [
    (name, table) for name in SERVICES for table in sorted(fence.fenced(TABLES[name]), key=depth)
]
CHANGING: Final = [(name, table) for name, table in FENCED if table.name not in INSERT_ONLY[name]]
every_table = pytest.mark.parametrize(
    ("name", "table"), FENCED, ids=[f"{name}.{table.name}" for name, table in FENCED]
)
TOOLS: Final = {
    *("outbox", "outbox_counter", "outbox_lease", "inbox_mark", "inbox_gap", "parked"),
    "pack_content",
}
"""What `libs/common` keeps: for the loops, or the law itself."""
OPEN: Final[dict[str, set[str]]] = {
    "identity": {"agency"},
    "ingest": set(),
    "catalog": set(),
    "checklist": set(),
    "retention": set(),
    "access": {"known_case", "known_handler"},  # a link to an agency's clip is what leads to them
    "audit": {"agency", "log", "node", "stream", "checkpoint"},  # the tree, and hashes
    "oversight": {"agency", "counted"},  # the tree, and ids alone
}
numbers = count()
VALUES: Final[dict[str, Callable[[], Any]]] = {
    "BIGINT": lambda: next(numbers),
    "BOOLEAN": lambda: False,
    "BYTEA": lambda: b"",
    "DATE": lambda: date(2026, 3, 1),
    "INTEGER": lambda: next(numbers),
    "JSON": list,
    "TIMESTAMP WITH TIME ZONE": lambda: datetime(2026, 3, 1, tzinfo=UTC),
    "UUID": uuid4,
    "VARCHAR": lambda: uuid4().hex,
}
"""By a column's type, something that no other row has where it must be unique."""
ROWS: Final[dict[tuple[Table, UUID], dict[str, Any]]] = {}
"""What is in the databases of this module."""


@pytest.fixture(scope="module")
def databases(postgres: Postgres) -> Generator[dict[str, Database]]:
    """Each service's, as its role, where A and B have a row in every table."""
    with ExitStack() as stack:
        opened = {name: stack.enter_context(Database(served(postgres, name))) for name in SERVICES}
        for (name, table), agency_id in product(FENCED, (A, B)):
            row = row_of(table, agency_id)
            with acting_for(agency_id):
                add(opened[name], table, row)
            ROWS[table, agency_id] = row
        yield opened


@pytest.fixture
def db(databases: dict[str, Database], name: str) -> Database:
    return databases[name]


@every_table
def test_an_agency_finds_its_own_rows_only(db: Database, table: Table) -> None:
    with acting_for(A):
        assert seen(db, table) == {A}


@every_table
def test_nobody_finds_nothing(db: Database, table: Table) -> None:
    assert seen(db, table) == set()


@every_table
def test_all_agencies_rows_are_there_for_whoever_acts_for_all(db: Database, table: Table) -> None:
    with acting_for_all():
        assert seen(db, table) == {A, B}


@every_table
def test_an_agency_adds_nothing_to_anothers_rows(db: Database, table: Table) -> None:
    for who in (A, None):
        with acting_for(who), pytest.raises(ProgrammingError, match="row-level security"):
            add(db, table, row_of(table, B))


@pytest.mark.parametrize(("name", "table"), CHANGING)
def test_an_agency_changes_nothing_in_anothers_rows(db: Database, table: Table) -> None:
    whose = table.c[said_by(table)]
    given = update(table).values({whose: ROWS[table, B][whose.name]})
    with acting_for(A), db.transaction() as session:
        others = session.connection().execute(given.where(whose == ROWS[table, B][whose.name]))
        assert others.rowcount == 0
    with (
        acting_for(A),
        pytest.raises(ProgrammingError, match="row-level security"),
        db.transaction() as session,
    ):
        session.connection().execute(given)


def test_only_these_tables_are_open_to_all() -> None:
    """A new table is fenced, or stands here with what its rows hold."""
    fenced = {(name, table.name) for name, table in FENCED}
    for name, metadata in TABLES.items():
        assert {it for it in metadata.tables if (name, it) not in fenced} - TOOLS == OPEN[name]


def test_a_service_does_not_start_where_a_fence_is_down(postgres: Postgres) -> None:
    address = served(postgres, "catalog")
    database = address.rpartition("/")[2]
    with Database(address) as db:
        migrate.check(db, "catalog", TABLES["catalog"])
        postgres.run('ALTER TABLE "case" DISABLE ROW LEVEL SECURITY', database)
        with pytest.raises(SchemaError, match="to one agency's rows in case: run `liuhen migrate"):
            migrate.check(db, "catalog", TABLES["catalog"])


def test_a_service_does_not_start_as_the_owner_whom_no_fence_binds(postgres: Postgres) -> None:
    address = served(postgres, "catalog")
    owners = postgres.url(address.rpartition("/")[2])
    with Database(owners) as db, pytest.raises(SchemaError, match="serve as ROLE"):
        migrate.check(db, "catalog", TABLES["catalog"])


@pytest.mark.parametrize(("name", "table"), [("catalog", TABLES["catalog"].tables["case"])])
def test_a_wider_look_ends_where_it_says(db: Database, table: Table) -> None:
    with acting_for(A), db.transaction() as session:
        assert seen_in(session, table) == {A}
        with across_agencies(session):
            assert seen_in(session, table) == {A, B}
            with on_behalf_of(session, B):
                assert seen_in(session, table) == {B}
            assert seen_in(session, table) == {A, B}
        assert seen_in(session, table) == {A}
        with pytest.raises(ZeroDivisionError), across_agencies(session):
            raise ZeroDivisionError
        assert seen_in(session, table) == {A}


@pytest.mark.parametrize(("name", "table"), [("catalog", TABLES["catalog"].tables["case"])])
def test_a_savepoint_that_fails_takes_back_for_whom_it_acted(db: Database, table: Table) -> None:
    """A batch of events goes on after one that failed while it acted for another agency."""
    with acting_for(A), db.transaction() as session:
        with pytest.raises(DataError), savepoint(session), on_behalf_of(session, B):
            session.connection().execute(text("SELECT 1 / 0"))
        assert seen_in(session, table) == {A}
        with on_behalf_of(session, B):
            assert seen_in(session, table) == {B}
        assert seen_in(session, table) == {A}


@pytest.mark.parametrize(("name", "table"), [("catalog", TABLES["catalog"].tables["case"])])
def test_a_connection_keeps_nothing_of_whom_it_served(db: Database, table: Table) -> None:
    """Also one whose transaction failed: connections are shared by all requests."""
    with acting_for_all():
        assert seen(db, table) == {A, B}
        with suppress(ZeroDivisionError), db.transaction():
            raise ZeroDivisionError
    assert seen(db, table) == set()


def served(postgres: Postgres, name: str) -> str:
    """The address of a new database of a service, for its role."""
    owner, role = postgres.new_database(), f"role{uuid4().hex}"
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    engines.upgrade(owner, name, role, restored=False)
    return postgres.url(owner.rpartition("/")[2], role, "x")


def said_by(table: Table) -> str:
    """The column that says whose a row is."""
    above = fence.parent(table)
    return above[1] if above else fence.COLUMN


def row_of(table: Table, agency_id: UUID) -> dict[str, Any]:
    """A row of an agency, like no other in what must be unique."""
    kinds = {column.name: column.type.compile(postgresql.dialect()) for column in table.columns}
    row = {name: VALUES[kind]() for name, kind in kinds.items()}
    above = fence.parent(table)
    if above is None:
        return row | {fence.COLUMN: agency_id}
    of, column = table.metadata.tables[above[0]], above[1]
    return row | {column: ROWS[of, agency_id][column]}


def add(db: Database, table: Table, row: dict[str, Any]) -> None:
    with db.transaction() as session:
        session.connection().execute(insert(table).values(row))


def seen(db: Database, table: Table) -> set[UUID]:
    """Whose rows a query without any filter finds, through either door."""
    with db.snapshot() as session:
        found = seen_in(session, table)
    with db.transaction() as session:
        assert seen_in(session, table) == found
    return found


def seen_in(session: Session, table: Table) -> set[UUID]:
    column = said_by(table)
    owners = {ROWS[table, agency_id][column]: agency_id for agency_id in (A, B)}
    return {
        owners[said] for said in session.connection().execute(select(table.c[column])).scalars()
    }
