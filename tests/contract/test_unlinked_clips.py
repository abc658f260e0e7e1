"""The list of clips that serve nothing yet is read from an index, on every database.

Method: the very statement of the store is explained; nothing is sorted, and no table is read whole.
On PostgreSQL, which reads small tables whole, with the ways of small tables forbidden.
"""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, event
from sqlmodel import Session

from catalog.domain import Clip
from catalog.store import clips
from common import migrate
from common.db import Database
from common.fence import acting_for
from contracts.ingest import Carrier

AGENCY, ELSEWHERE = uuid4(), uuid4()
BEGAN: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)
INDEX: Final = "ix_clip_recorded"


@pytest.fixture
def db(url: str) -> Generator[Database]:
    with Database(url) as db:
        migrate.upgrade(db, "catalog")
        yield db


def recorded(minute: int, agency_id: UUID = AGENCY) -> Clip:
    start = BEGAN + timedelta(minutes=minute)
    return Clip(
        clip_id=uuid4(),
        agency_id=agency_id,
        carrier=Carrier.BODY_CAMERA,
        recorded_start=start,
        recorded_end=start + timedelta(minutes=1),
        filmed_by=uuid4(),
    )


def plan(session: Session, after: UUID | None) -> str:
    """How the database would answer the store's own question."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, said: str, with_: Any, *_: object) -> None:  # noqa: ANN401 - of any driver
        asked.append((said, with_))

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    clips.unlinked_clips(session, AGENCY, after, 50)
    event.remove(connection, "before_cursor_execute", note)
    said, with_ = asked[-1]
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        for way in ("seqscan", "bitmapscan", "sort"):  # a plan that needs one has it all the same
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    return "\n".join(map(str, connection.exec_driver_sql(f"{explain} {said}", with_)))


def test_no_page_of_the_list_is_sorted_or_read_from_all_clips(db: Database) -> None:
    kept = [recorded(minute) for minute in range(3)]
    with acting_for(AGENCY), db.transaction() as session:
        for clip in kept:
            clips.remember_clip(session, clip)
    with acting_for(AGENCY), db.transaction() as session:
        for after in (None, kept[1].clip_id):
            how = plan(session, after)
            assert INDEX in how, how
            assert "TEMP B-TREE" not in how, how
            assert "Sort" not in how, how


def test_pages_have_every_clip_once_the_last_recorded_first(db: Database) -> None:
    """Also those that began at the same moment."""
    with acting_for(AGENCY), db.transaction() as session:
        for minute in (0, 1, 1, 1, 2):
            clips.remember_clip(session, recorded(minute))
    with acting_for(ELSEWHERE), db.transaction() as session:
        clips.remember_clip(session, recorded(1, ELSEWHERE))
    found: list[Clip] = []
    with acting_for(AGENCY), db.snapshot() as session:
        while page := clips.unlinked_clips(
            session, AGENCY, found[-1].clip_id if found else None, 2
        ):
            found += page
    starts = [clip.recorded_start for clip in found]
    assert len({clip.clip_id for clip in found}) == len(found) == 5
    assert starts == sorted(starts, key=lambda it: it or BEGAN, reverse=True)
