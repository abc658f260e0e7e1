"""Whom a case may name: officers and units of the agency that identity has told of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx

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


async def test_an_act_from_before_the_account_was_closed_is_still_recorded(c: Cabinet) -> None:
    closing = AccountDisabled(
        agency_id=AGENCY, account_id=SECOND.subject, disabled_by=OFFICER.subject
    )
    c.clock.move(datetime(2026, 1, 10, 16, 30, tzinfo=UTC) - c.clock.now())  # the 11th in China
    await say(c.house, closing)
    c.clock.move(timedelta(days=9))  # the phone was away from the network
    await say(c.house, closing)  # told twice, it was closed when first told
    for acted_on, status in (
        ("2026-01-05", 201),
        ("2026-01-11", 201),
        ("2026-01-12", 422),
        (None, 422),
    ):
        body = activity(c.case_id, acted_on=acted_on)
        answer = await c.call(OFFICER, "PUT", f"/activities/{uuid4()}", body)
        assert (answer.status_code, acted_on) == (status, acted_on)
    said = [event["acted_on"] for event in c.said("activity.recorded")]
    assert said == [None, "2026-01-05", "2026-01-11"]


async def test_no_act_is_recorded_before_its_day_nor_its_case_ended_before(c: Cabinet) -> None:
    today, tomorrow = "2026-01-05", "2026-01-06"
    path = f"/activities/{uuid4()}"
    early = await c.call(OFFICER, "PUT", path, activity(c.case_id, acted_on=tomorrow))
    assert told(early) == (422, "catalog.date-wrong")
    recorded = await c.done(OFFICER, "PUT", path, activity(c.case_id, acted_on=today))
    assert recorded["acted_on"] == today
    ending = {"ended_on": "2026-01-04", "traits": list[str]()}
    early = await c.call(OFFICER, "POST", f"/cases/{c.case_id}/end", ending)
    assert told(early) == (422, "catalog.end-too-early")


async def test_who_tries_again_each_second_is_on_record_once_a_minute(c: Cabinet) -> None:
    ghost, unit = uuid4(), uuid4()
    for _ in range(2):
        for _ in range(20):
            assert told(await named(c, ghost)) == UNKNOWN
            await c.call(OFFICER, "PUT", f"/cases/{uuid4()}", case(unit_id=str(unit)))
        c.clock.move(timedelta(minutes=1))
    once = [
        ("catalog.officer-unknown", str(ghost), str(AGENCY)),
        ("catalog.unit-unknown", str(unit), str(AGENCY)),
    ]
    assert c.refusals() == once * 2


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
