"""A query that forgets its agency, behind real routes on PostgreSQL, shows nothing of another's.

Method: the filter is taken out of the catalogue's list of cases; two agencies have a case each.
"""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, select

from catalog.domain import Case
from catalog.store import cases
from catalog.tables import CaseRow
from common.auth import public
from tests.support.cabinet import OFFICER, OTHER_AGENCY, STRANGER, Cabinet, cabinet, case, told
from tests.support.house_on_postgres import SERVER, make_templates
from tools.engines.postgres import Postgres


@pytest.fixture(scope="module")
def server(postgres: Postgres) -> str:
    make_templates(postgres.url())
    return postgres.url()


@pytest.fixture
async def c(
    server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncGenerator[Cabinet]:
    monkeypatch.setenv(SERVER, server)
    async with cabinet(tmp_path) as c:
        yield c


@pytest.fixture
async def theirs(c: Cabinet) -> str:
    """A case of the other agency."""
    case_id = str(uuid4())
    await c.done(STRANGER, "PUT", f"/cases/{case_id}", case(unit_id=str(OTHER_AGENCY)))
    return case_id


def list_unfiltered(session: Session, *_of: UUID, **_that_fit: object) -> Sequence[Case]:
    ids = session.exec(select(CaseRow.case_id)).all()
    return [found for case_id in ids if (found := cases.find_case(session, case_id))]


async def test_a_list_without_its_filter_shows_each_agency_its_own(
    c: Cabinet, theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "list_cases", list_unfiltered)
    for who, own in ((OFFICER, str(c.case_id)), (STRANGER, theirs)):
        page = await c.done(who, "GET", "/cases")
        assert [item["case_id"] for item in page["items"]] == [own]


@pytest.mark.usefixtures("theirs")
async def test_a_route_for_everybody_shows_nothing(c: Cabinet) -> None:
    app = c.house.app.state.apps["catalog"]

    @app.get("/forgotten")
    @public
    def list_for_strangers() -> int:
        with app.state.ctx.db.snapshot() as session:
            return len(list_unfiltered(session))

    assert (await c.house.call(None, "GET", "/catalog/forgotten")).json() == 0


async def test_a_refusal_still_stands_on_the_owners_record(c: Cabinet, theirs: str) -> None:
    answer = await c.call(OFFICER, "GET", f"/cases/{theirs}")
    assert told(answer) == (404, "catalog.case-unknown")
    assert c.refusals() == [("catalog.case-unknown", theirs, str(OTHER_AGENCY))]
