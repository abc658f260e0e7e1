"""The second fence between agencies: on PostgreSQL, whose rows a transaction may touch at all.

The first is in every query. This one holds where a query forgets it: ADR 0020. SQLite has none.
"""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

K = TypeVar("K")
T = TypeVar("T")

ALL: Final = "*"
NOBODY: Final = ""
"""Also what PostgreSQL reads where nothing was said: nobody sees nothing."""
COLUMN: Final = "agency_id"
POLICY: Final = "agency"
_SETTING: Final = "liuhen.agency"
_SAY: Final = f"set_config('{_SETTING}', %s, true)"  # for this transaction: connections are shared
_SAID: Final = f"current_setting('{_SETTING}', true)"
# In sub-selects, so that they are computed once for a statement and not once for a row.
_FOR_ALL: Final = f"(SELECT {_SAID} = '{ALL}')"
_OWN: Final = f"{COLUMN} = (SELECT nullif(nullif({_SAID}, '{ALL}'), '{NOBODY}')::uuid)"
_OPEN: Final = "open to all agencies because"
_BEHIND: Final = "fenced as the row of"
_WITHIN: Final = "within the fence of"

_acting_for: Final[ContextVar[str]] = ContextVar("acting_for", default=NOBODY)


def act_for(agency_id: UUID) -> None:
    """Let every transaction that the rest of this request begins act for one agency."""
    _acting_for.set(str(agency_id))


def acting_for(agency_id: UUID | None) -> AbstractContextManager[None]:
    """Within, transactions that begin act for an agency; None: for nobody until `act_for`."""
    return _acting(str(agency_id) if agency_id else NOBODY)


def acting_for_all() -> AbstractContextManager[None]:
    """Within, transactions that begin act for all agencies."""
    return _acting(ALL)


def acting_below(*, with_subtree: bool) -> AbstractContextManager[None]:
    """Within, transactions that begin see what is below the agency too, where the scope says so.

    A supervisor's sight goes beyond one agency, and so must the fence; the query is what bounds it.
    """
    return acting_for_all() if with_subtree else nullcontext()


def across_agencies(session: Session) -> AbstractContextManager[None]:
    """Within, an open transaction looks beyond the agency that it acts for."""
    return _within(session, ALL)


def on_behalf_of(session: Session, agency_id: UUID) -> AbstractContextManager[None]:
    """Within, an open transaction acts for an agency that the caller has looked into a right to."""
    return _within(session, str(agency_id))


def anywhere(session: Session, find: Callable[[Session, K], T | None], key: K) -> T | None:
    """What `find` finds under `key` in the agency acted for, otherwise in any other one.

    For things that people name by ids of their own choice: whether an id is taken, and on whose
    record a refusal goes. What is found may be another agency's; the caller must look.
    """
    found = find(session, key)
    if found is not None or session.info.get(_WITHIN, ALL) == ALL:
        return found
    with across_agencies(session):
        return find(session, key)


def begin(session: Session, *also: str) -> None:
    """Say for whom a transaction acts, in its first statement, which computes `also` as well."""
    _say(session, _acting_for.get(), *also)


def said(session: Session) -> object:
    """For whom a transaction acts at this point, to be given to `undone` if it is gone back to."""
    return session.info.get(_WITHIN)


def undone(session: Session, before: object) -> None:
    """Know again what was said before a savepoint that was gone back to."""
    if before is not None:
        session.info[_WITHIN] = before


def open_to_all(reason: str) -> dict[str, Any]:
    """The `info` of a table whose rows name an agency and are fenced off from none, and why."""
    return {_OPEN: reason}


def behind(table: str, column: str) -> dict[str, Any]:
    """The `info` of a table whose rows belong to whom `table`'s row of the same `column` does."""
    return {_BEHIND: (table, column)}


def parent(table: Table) -> tuple[str, str] | None:
    """Behind which table's rows a table's are, and by which column."""
    return table.info.get(_BEHIND)


def fenced(metadata: MetaData) -> list[Table]:
    """Each table whose rows name their agency, unless it says why not, or a row that has one."""
    return [
        table
        for table in metadata.sorted_tables
        if parent(table) or (COLUMN in table.columns and _OPEN not in table.info)
    ]


def put_up(connection: Connection, metadata: MetaData) -> None:
    """Have PostgreSQL hold every role but the tables' owner to the rows of whom it acts for."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in fenced(metadata):
        name = quote(table.name)
        rule = f"{_FOR_ALL} OR {_rule(table, quote)}"
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        connection.exec_driver_sql(f"DROP POLICY IF EXISTS {POLICY} ON {name}")
        connection.exec_driver_sql(
            f"CREATE POLICY {POLICY} ON {name} USING ({rule}) WITH CHECK ({rule})"
        )


def without(connection: Connection, metadata: MetaData) -> list[str]:
    """The tables that lack their fence for the role that asks."""
    names = [table.name for table in fenced(metadata)]
    query = text(
        "SELECT relname FROM pg_class WHERE relname = ANY(:names)"
        " AND relnamespace = 'public'::regnamespace AND NOT row_security_active(oid)"
    )
    return sorted(connection.execute(query, {"names": names}).scalars())


def _rule(table: Table, quote: Callable[[str], str]) -> str:
    if (found := parent(table)) is None:
        return _OWN
    of, column = map(quote, found)  # whose own fence says what is found in it
    return f"EXISTS (SELECT FROM {of} WHERE {of}.{column} = {quote(table.name)}.{column})"


@contextmanager
def _acting(agency: str) -> Generator[None]:
    before = _acting_for.set(agency)
    try:
        yield
    finally:
        _acting_for.reset(before)


@contextmanager
def _within(session: Session, agency: str) -> Generator[None]:
    before = session.info.get(_WITHIN, agency)  # nothing is said on SQLite
    if before == agency:
        yield
        return
    session.flush()
    _say(session, agency)
    is_over = False
    try:
        yield
        session.flush()
    except DBAPIError:
        is_over = True  # the transaction, and what was said in it
        raise
    finally:
        if not is_over:
            _say(session, before)


def _say(session: Session, agency: str, *also: str) -> None:
    session.connection().exec_driver_sql(f"SELECT {', '.join((*also, _SAY))}", (agency,))
    session.info[_WITHIN] = agency
