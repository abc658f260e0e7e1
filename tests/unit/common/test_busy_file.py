"""Another process that holds a database's file for long is an absence, not a fault of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from common import db
from common.db import Database
from common.errors import DatabaseAwayError


def test_who_waits_too_long_for_another_process_is_asked_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its first statement, or with it: a file that is recovered says so only then."""
    monkeypatch.setattr(db, "SQLITE_BUSY_TIMEOUT_MS", 10)
    file = tmp_path / "held.db"
    with (
        Database(f"sqlite:///{file}") as held,
        Database(f"sqlite:///{tmp_path}/service.db") as ours,
        closing(sqlite3.connect(tmp_path / "held by itself.db")) as other,
    ):
        other.execute("CREATE TABLE film (no INTEGER)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseAwayError):
            read_beside(ours, tmp_path / "held by itself.db")
        with closing(sqlite3.connect(file)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseAwayError), held.transaction() as session:
                session.connection()


def read_beside(ours: Database, other: Path) -> None:
    with ours.snapshot() as session:
        said = session.connection()
        said.exec_driver_sql(f"ATTACH '{other}' AS other")
        said.exec_driver_sql("SELECT * FROM other.film")


def test_a_statement_that_is_wrong_is_not_an_absence(tmp_path: Path) -> None:
    with (
        Database(f"sqlite:///{tmp_path}/service.db") as ours,
        pytest.raises(db.OperationalError),
        ours.transaction() as session,
    ):
        session.connection().exec_driver_sql("SELECT * FROM nowhere")
