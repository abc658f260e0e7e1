"""Whom a case may name: officers and units of the agency that identity has told of."""

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from catalog.tables import INBOX, KnownAccountRow, KnownUnitRow
from contracts.identity import AccountDisabled, Role
from tests.support.cabinet import (
    AGENCY,
    CUSTODIAN,
    OFFICER,
    OTHER_AGENCY,
    SECOND,
    STRANGER,
    Cabinet,
    activity,
    cabinet,
    case,
    told,
)
from tests.support.house import house, settle
from tests.support.people import person
from tests.support.register import introduce, opened
from tests.support.said import say

UNKNOWN = (409, "catalog.officer-unknown")


@pytest.fixture
async def c(tmp_path: Path) -> AsyncGenerator[Cabinet]:
    async with cabinet(tmp_path) as c:
        yield c


async def named(c: Cabinet, *officers: UUID) -> httpx.Response:
    body = activity(c.case_id, officers=[str(officer) for officer in officers])
    return await c.call(OFFICER, "PUT", f"/activities/{uuid4()}", body)


async def test_an_invented_officer_makes_no_second_one_and_trying_is_on_record(c: Cabinet) -> None:
    ghost = uuid4()
    answer = await named(c, OFFICER.subject, ghost)
    assert told(answer) == UNKNOWN
    assert answer.json()["fields"][0]["where"] == ["body", "officers", 1]
    assert "稍后重试" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "1"
    assert c.refusals() == [("catalog.officer-unknown", str(ghost), str(AGENCY))]
    assert len(c.said("activity.recorded")) == 1


async def test_another_agencys_officer_looks_like_none(c: Cabinet) -> None:
    theirs, none = await named(c, STRANGER.subject), await named(c, uuid4())
    assert (told(theirs), theirs.content) == (UNKNOWN, none.content)
    assert [owner for _, _, owner in c.refusals()] == [str(OTHER_AGENCY), str(AGENCY)]


async def test_a_new_officer_is_known_a_moment_later(c: Cabinet) -> None:
    new = person(Role.OFFICER, agency_id=AGENCY)
    assert told(await named(c, new.subject)) == UNKNOWN
    await introduce(c.house, new)
    assert (await named(c, new.subject)).status_code == 201


async def test_whoever_is_no_officer_or_no_more_is_not_named(c: Cabinet) -> None:
    path, body = f"/activities/{uuid4()}", activity(c.case_id)
    first = await c.call(OFFICER, "PUT", path, body)
    assert told(await named(c, CUSTODIAN.subject)) == (422, "catalog.not-an-officer")
    closing = AccountDisabled(
        agency_id=AGENCY, account_id=SECOND.subject, disabled_by=OFFICER.subject
    )
    await say(c.house, closing)
    await say(c.house, opened(SECOND))
    answer = await named(c, OFFICER.subject, SECOND.subject)
    assert told(answer) == (422, "catalog.not-an-officer")
    assert answer.json()["fields"][0]["where"] == ["body", "officers", 1]
    assert "停用" in answer.json()["fields"][0]["message"]
    assert (await c.call(OFFICER, "PUT", path, body)).content == first.content


async def test_a_case_belongs_to_a_unit_of_its_agency(c: Cabinet) -> None:
    invented = uuid4()
    theirs = await c.call(OFFICER, "PUT", f"/cases/{uuid4()}", case(unit_id=str(OTHER_AGENCY)))
    none = await c.call(OFFICER, "PUT", f"/cases/{uuid4()}", case(unit_id=str(invented)))
    assert (told(none), theirs.content) == ((409, "catalog.unit-unknown"), none.content)
    assert none.json()["fields"][0]["where"] == ["body", "unit_id"]
    assert none.headers["retry-after"] == "1"
    assert len(c.said("case.opened")) == 1
    await introduce(c.house, person(Role.OFFICER, agency_id=AGENCY, unit_id=invented))
    await c.done(OFFICER, "PUT", f"/cases/{uuid4()}", case(unit_id=str(invented)))


async def test_a_catalogue_from_before_hears_of_old_accounts_when_it_starts(
    tmp_path: Path,
) -> None:
    """What an upgrade finds: clips were heard of, and nothing that identity ever said."""
    async with cabinet(tmp_path) as c:
        case_id = c.case_id
        with c.house.ctx("catalog").db.transaction() as session:
            marks = INBOX.marks
            connection = session.connection()
            connection.execute(marks.delete().where(marks.c.topic == "identity"))
            for row in (KnownAccountRow, KnownUnitRow):
                connection.execute(row.metadata.tables[row.__tablename__].delete())
        assert told(await named(c, OFFICER.subject)) == UNKNOWN
    async with house(tmp_path, c.clock) as h:
        await settle(h.app)
        again = Cabinet(h, c.clock, case_id=case_id)
        assert (await named(again, OFFICER.subject, SECOND.subject)).status_code == 201
