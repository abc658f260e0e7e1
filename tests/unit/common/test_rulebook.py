"""Which packs ruled an agency between two days, where nobody can say on which of them it was."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import MetaData
from sqlmodel import Session, create_engine

from common.packs import Pack
from common.rulebook import Activation, Rulebook, tables

S1, S3, S4 = "s1-gaoxin-yingji", "s3-guotan", "s4-xinle-fagai"
AGENCY = uuid4()
METADATA = MetaData()
TABLES = tables(METADATA)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = create_engine(f"sqlite:///{tmp_path / 'rulebook.db'}")
    METADATA.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def activated(pack: str, day: int, place: int = 1) -> Activation:
    """`place` is its place among those of the same day."""
    since = date(2026, 1, day)
    return Activation(UUID(int=100 * day + place), AGENCY, pack, Pack.shipped(pack).sha256, since)


@pytest.mark.parametrize(
    ("first", "last", "ruled"),
    [
        (1, 2, [None]),
        (1, 3, [None, S4]),
        (3, 4, [S4]),
        (4, 5, [S4, S3]),
        (5, 5, [S3]),
        (1, 9, [None, S4, S3]),
        (9, 9, [S3]),
    ],
)
def test_each_pack_of_those_days_ruled_and_no_other(
    session: Session, first: int, last: int, ruled: list[str | None]
) -> None:
    book = Rulebook(TABLES)
    # Of two of the same day the last counts; the agency's of a later day is not in force yet.
    for one in (activated(S4, 3), activated(S1, 5), activated(S3, 5, place=2)):
        book.remember(session, one)
    found = book.in_force_between(session, AGENCY, date(2026, 1, first), date(2026, 1, last))
    assert [pack and pack.name for pack in found] == ruled
    of_one_day = book.in_force(session, AGENCY, date(2026, 1, last))
    assert (of_one_day and of_one_day.name) == ruled[-1]


def test_a_pack_that_nobody_can_read_ruled_and_says_nothing(session: Session) -> None:
    book = Rulebook(TABLES)
    book.remember(session, activated(S4, 3))
    book.remember_unread(session, Activation(uuid4(), AGENCY, S1, "0" * 64, date(2026, 1, 5)))
    found = book.in_force_between(session, AGENCY, date(2026, 1, 4), date(2026, 1, 9))
    assert [pack and pack.name for pack in found] == [S4, None]


def test_another_agencys_packs_rule_nothing_here(session: Session) -> None:
    book = Rulebook(TABLES)
    book.remember(session, activated(S4, 3))
    assert book.in_force_between(session, uuid4(), date(2026, 1, 1), date(2026, 1, 9)) == [None]


def test_a_pack_that_rules_again_is_the_newest(session: Session) -> None:
    book = Rulebook(TABLES)
    for one in (activated(S4, 3), activated(S3, 5), activated(S4, 7)):
        book.remember(session, one)
    found = book.in_force_between(session, AGENCY, date(2026, 1, 4), date(2026, 1, 9))
    assert [pack and pack.name for pack in found] == [S3, S4]
