"""What is used is counted alike on every database, over all agencies where they share the disk."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from common import migrate
from common.db import Database
from common.fence import acting_for
from ingest.domain.quota import UNSAID_BYTES, Use
from ingest.domain.upload import PARTIAL, Upload, UploadState
from ingest.store import quotas, uploads
from liuhen import engines
from tools.engines.postgres import Postgres

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
AGENCY, ELSEWHERE, OFFICER, COLLEAGUE = (UUID(int=n) for n in range(1, 5))
HUGE = 2**62 // 10
"""Sums of such are no 32-bit integers."""


@dataclass(frozen=True)
class Began:
    """An upload as it stands."""

    size_bytes: int | None
    offset: int = 0
    state: UploadState = UploadState.RECEIVING
    device_no: str | None = "a"
    uploaded_by: UUID = OFFICER
    agency_id: UUID = AGENCY
    ago: timedelta = timedelta(hours=1)

    def upload(self) -> Upload:
        return Upload(
            upload_id=uuid4().hex,
            clip_id=uuid4(),
            agency_id=self.agency_id,
            uploaded_by=self.uploaded_by,
            sha256=None,
            size_bytes=self.size_bytes,
            offset=self.offset,
            state=self.state,
            moved_at=NOW - self.ago,
            concat=None if self.device_no else PARTIAL,
            device_no=self.device_no,
        )


BEGUN = (
    Began(100, 30),
    Began(HUGE, HUGE, UploadState.STORED),
    Began(200, 50, uploaded_by=COLLEAGUE, device_no="b", ago=timedelta(seconds=59)),
    Began(None, 10, ago=timedelta(seconds=30)),
    Began(None, UNSAID_BYTES + 7, uploaded_by=COLLEAGUE, device_no="b"),
    Began(40, 40, UploadState.PART, None),
    Began(50, 50, UploadState.JOINED, None),
    Began(60, 0, UploadState.TERMINATED),
    Began(70, 0, ago=timedelta(hours=25)),
    Began(80, 20, agency_id=ELSEWHERE),
    Began(90, 90, UploadState.RESUBMITTED),  # it named its original, and brought nothing
)
COUNTED = Use(
    open_of_person=4,
    open_of_device=3,
    open_of_agency=6,
    awaited_of_agency_bytes=70 + 150 + (UNSAID_BYTES - 10) + 70,
    day_of_device_bytes=100 + HUGE + UNSAID_BYTES + 60,
    day_of_agency_bytes=100 + HUGE + 200 + UNSAID_BYTES + UNSAID_BYTES + 7 + 40 + 60,
    minute_of_device=1,
    first_of_device_at=NOW - timedelta(hours=1),
    first_of_agency_at=NOW - timedelta(hours=1),
)


@pytest.fixture
def db(url: str, request: pytest.FixtureRequest) -> Generator[Database]:
    """An empty database of ingest, on PostgreSQL as its role: its owner is behind no fence."""
    if url.startswith("sqlite"):
        with Database(url) as db:
            migrate.upgrade(db, "ingest")
            yield db
        return
    server: Postgres = request.getfixturevalue("postgres")
    role = f"role{uuid4().hex}"
    server.run(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
    engines.upgrade(url, "ingest", role, restored=False)
    with Database(server.url(url.rpartition("/")[2], role, "x")) as db:
        yield db


def fill(db: Database) -> None:
    for began in BEGUN:
        with acting_for(began.agency_id), db.transaction() as session:
            uploads.add_part(session, began.upload())


def test_what_is_used_is_counted(db: Database) -> None:
    fill(db)
    with acting_for(AGENCY), db.snapshot() as session:
        assert quotas.used(session, AGENCY, OFFICER, "a", NOW) == COUNTED


def test_nothing_is_used_where_nothing_began(db: Database) -> None:
    with acting_for(AGENCY), db.snapshot() as session:
        nothing = Use(0, 0, 0, 0, 0, 0, 0)
        assert quotas.used(session, AGENCY, OFFICER, "a", NOW) == nothing
        assert quotas.promised_bytes(session, 0, NOW) == 0


def test_room_is_promised_over_all_agencies_to_what_moved_of_late(db: Database) -> None:
    fill(db)
    with acting_for(AGENCY), db.snapshot() as session:
        promised = quotas.promised_bytes(session, 0, NOW - timedelta(hours=2))
        assert promised == COUNTED.awaited_of_agency_bytes - 70 + 60


@pytest.mark.parametrize(
    ("table_part", "index"),
    [
        ("state IN ('receiving', 'part') AND agency_id = 'x'", "ix_upload_unfinished"),
        ("state IN ('receiving', 'part') AND moved_at > 'x'", "ix_upload_moved"),
        ("state != 'joined' AND agency_id = 'x' AND created_at > 'x'", "ix_upload_begun"),
    ],
)
def test_no_count_reads_every_upload(tmp_path: Path, table_part: str, index: str) -> None:
    """On SQLite, which chooses without knowing how many rows there are."""
    with Database(f"sqlite:///{tmp_path}/x.db") as db:
        migrate.upgrade(db, "ingest")
        with db.snapshot() as session:
            query = f"EXPLAIN QUERY PLAN SELECT count(*) FROM upload WHERE {table_part}"  # noqa: S608 - ours
            plan = " ".join(row[3] for row in session.connection().execute(text(query)))
    assert index in plan


def test_what_came_before_an_upload_of_no_length_was_ended_counts(db: Database) -> None:
    came = UNSAID_BYTES + 7
    ended = Began(None, came).upload().ended(UploadState.TERMINATED)
    with acting_for(AGENCY), db.transaction() as session:
        uploads.add_part(session, ended)
    with acting_for(AGENCY), db.snapshot() as session:
        assert quotas.used(session, AGENCY, OFFICER, "a", NOW).day_of_device_bytes == came
