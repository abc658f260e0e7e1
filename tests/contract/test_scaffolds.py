"""What ./dev writes for a developer is in the house's form and works."""

import re
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, MetaData, String, Table, inspect

import access.tables
from common.db import Database, UtcDateTime
from tools import adr, new_migration

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
PAGE_LINES_MAX = 50


def test_a_decision_record_gets_the_next_number(tmp_path: Path) -> None:
    first = adr.write(tmp_path, "One repository", "2026-11-21")
    second = adr.write(tmp_path, "No calls between services!", "2026-11-21")
    assert [first.name, second.name] == [
        "0001-one-repository.md",
        "0002-no-calls-between-services.md",
    ]
    assert second.read_text().startswith("# 0002: No calls between services!\n\nStatus: proposed")
    assert adr.main([]) == 2


def test_tables_without_a_change_need_no_migration(tmp_path: Path) -> None:
    (tmp_path / "0001_start.py").write_text("")
    metadata = access.tables.Base.metadata
    assert new_migration.write("access", "Nothing", metadata, tmp_path) is None
    assert new_migration.main(["no-such-service", "Nothing"]) == 2


def test_a_new_table_gets_a_migration_that_makes_it(tmp_path: Path) -> None:
    grown = MetaData(naming_convention=access.tables.Base.metadata.naming_convention)
    for table in access.tables.Base.metadata.tables.values():
        table.to_metadata(grown)
    Table("loan", grown, Column("id", String, primary_key=True), Column("due_at", UtcDateTime))
    (tmp_path / "0001_start.py").write_text("")

    path = new_migration.write("access", "Remember loans.", grown, tmp_path)

    assert path is not None
    assert path.name == "0002_remember_loans.py"
    text = path.read_text()
    assert text.startswith('"""Remember loans."""\n')
    assert 'down_revision = "0001"' in text
    assert "common.db" not in text
    code = compile(text, path, "exec")
    with Database(f"sqlite:///{tmp_path}/new.db") as db, db.engine.begin() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            made: dict[str, object] = {}
            exec(code, made)  # noqa: S102 - the file under test
            upgrade = made["upgrade"]
            assert callable(upgrade)
            upgrade()
        columns = {column["name"] for column in inspect(connection).get_columns("loan")}
    assert columns == {"id", "due_at"}


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name[:4])
def test_every_decision_record_fits_the_form_and_a_page(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    number = record.name[:4]
    assert re.match(rf"# {number}: .+\n\nStatus: .+ · Area: .+ · Date: \d{{4}}-\d\d-\d\d\n", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        *("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
    ]
    assert len(text.splitlines()) <= PAGE_LINES_MAX


def test_decision_records_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_what_a_decision_record_names_exists() -> None:
    missing = [
        f"{record.name}: {place}"
        for record in RECORDS
        for place in re.findall(
            r"`((?:tests|common|contracts|tools)/[a-z_/]+\.py)`", record.read_text()
        )
        if not any((root / place).is_file() for root in (ROOT, ROOT / "libs"))
    ]
    assert missing == []
