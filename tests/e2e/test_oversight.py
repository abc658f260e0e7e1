"""Figures per agency, from events alone, for those who may see them; through HTTP."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from common import migrate
from common.auth import Requester
from common.bus import Received, Record
from common.db import Database
from common.events import Event
from contracts import access, catalog, checklist, ingest, retention
from contracts.identity import AgencyRegistered, Level, Role
from oversight import operations
from oversight.app import create_app
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.said import said, say

PROVINCE, CITY, COUNTY, AGENCY, OTHER_CITY, OTHER = (UUID(int=number) for number in range(1, 7))
ACTIVITY, CLIP, CASE = uuid4(), uuid4(), uuid4()
SUPERVISOR = person(Role.SUPERVISOR, agency_id=PROVINCE)
OF_CITY = person(Role.SUPERVISOR, agency_id=CITY)
LEADER = person(Role.LEADER, agency_id=AGENCY)
V1 = "/oversight/v1"
TREE = [  # the lowest first: a child may be heard of before its parent
    (AGENCY, COUNTY, Level.AGENCY),
    (COUNTY, CITY, Level.COUNTY),
    (OTHER, OTHER_CITY, Level.AGENCY),
    (OTHER_CITY, PROVINCE, Level.CITY),
    (CITY, PROVINCE, Level.CITY),
    (PROVINCE, None, Level.PROVINCE),
]


@pytest.fixture
async def h(h: House) -> House:
    await say(h, *(registered(*place) for place in TREE))
    return h


def registered(agency_id: UUID, parent_id: UUID | None, level: Level) -> Event:
    return AgencyRegistered(
        agency_id=agency_id, parent_id=parent_id, level=level, division="410400"
    )


def stored(agency_id: UUID = AGENCY, size_bytes: int = 1000) -> Event:
    end = datetime(2026, 1, 5, 9, tzinfo=UTC)
    return ingest.ClipStored(
        agency_id=agency_id,
        clip_id=uuid4(),
        sha256="0" * 64,
        size_bytes=size_bytes,
        carrier=ingest.Carrier.BODY_CAMERA,
        recorded_start=end - timedelta(minutes=1),
        recorded_end=end,
        filmed_by=uuid4(),
        uploaded_by=uuid4(),
        unit_id=None,
    )


def evaluated(satisfied: int, not_satisfied: int, needs_judgement: int) -> Event:
    return checklist.ActivityEvaluated(
        agency_id=AGENCY,
        evaluation_id=uuid4(),
        activity_id=ACTIVITY,
        case_id=CASE,
        pack_sha256="0" * 64,
        satisfied=satisfied,
        not_satisfied=not_satisfied,
        needs_judgement=needs_judgement,
        exempt=0,
        not_applicable=0,
    )


def shown(view_no: UUID, first_byte: int) -> Event:
    return access.ClipShown(
        agency_id=AGENCY,
        view_no=view_no,
        clip_id=CLIP,
        viewer_id=uuid4(),
        first_byte=first_byte,
        last_byte=first_byte + 9,
    )


def scheduled(class_id: str) -> Event:
    return retention.ClipScheduled(
        agency_id=AGENCY,
        clip_id=CLIP,
        case_id=CASE,
        keep_until=None,
        class_id=class_id,
        rule_id="s1.a2-12.1",
        pack_sha256="0" * 64,
    )


def opened() -> Event:
    return catalog.CaseOpened(
        agency_id=AGENCY,
        case_id=CASE,
        category=catalog.Category.PENALTY,
        unit_id=uuid4(),
        opened_by=uuid4(),
    )


async def told(h: House) -> None:
    """A small story; what is said twice must count once."""
    view_no = uuid4()
    await say(h, stored(), stored(size_bytes=24), stored(OTHER), opened())
    await say(h, evaluated(1, 4, 2), evaluated(5, 0, 2), scheduled("5y"), scheduled("permanent"))
    await say(h, shown(view_no, 0), shown(view_no, 10), shown(uuid4(), 0))


async def figures(h: House, who: Requester) -> dict[str, dict[str, Any]]:
    found = await h.done(who, "GET", f"{V1}/figures")
    assert found["next"] is None
    return {item["agency_id"]: item for item in found["items"]}


async def test_the_supervisor_sees_figures_of_every_agency_below(h: House) -> None:
    await told(h)
    seen = await figures(h, SUPERVISOR)
    assert list(seen) == [str(place[0]) for place in sorted(TREE)]
    mine = seen[str(AGENCY)]
    counted = {name: value for name, value in mine.items() if isinstance(value, int) and value}
    assert (mine["parent_id"], mine["level"]) == (str(COUNTY), "agency")
    assert counted == {
        "clips_stored": 2,
        "bytes_stored": 1024,
        "cases_opened": 1,
        "activities_evaluated": 1,
        "items_needing_judgement": 2,
        "clips_scheduled": 1,
        "views_shown": 2,
    }
    assert seen[str(OTHER)]["clips_stored"] == 1
    assert seen[str(COUNTY)]["clips_stored"] == 0


async def test_only_the_latest_verdict_on_an_activity_counts(h: House) -> None:
    await say(h, evaluated(1, 4, 2), evaluated(7, 0, 0))
    mine = (await figures(h, LEADER))[str(AGENCY)]
    assert (mine["activities_evaluated"], mine["activities_satisfied"]) == (1, 1)
    assert (mine["items_not_satisfied"], mine["items_needing_judgement"]) == (0, 0)


async def test_a_subtree_ends_where_another_begins(h: House) -> None:
    assert set(await figures(h, OF_CITY)) == {str(CITY), str(COUNTY), str(AGENCY)}
    await say(h, registered(AGENCY, OTHER_CITY, Level.AGENCY))  # moved
    assert set(await figures(h, OF_CITY)) == {str(CITY), str(COUNTY)}


async def test_a_tree_that_runs_in_a_circle_still_answers(h: House) -> None:
    await say(h, registered(PROVINCE, AGENCY, Level.PROVINCE))
    assert len(await figures(h, OF_CITY)) == len(TREE)


@pytest.mark.parametrize("role", [Role.LEADER, Role.LEGAL_REVIEWER])
async def test_an_agency_s_own_people_see_their_own_figures_only(h: House, role: Role) -> None:
    await told(h)
    above = person(role, agency_id=COUNTY)  # although AGENCY is below
    assert set(await figures(h, above)) == {str(COUNTY)}
    nobody = person(role, agency_id=uuid4())
    assert list(await figures(h, nobody)) == [str(nobody.agency_id)]


@pytest.mark.parametrize("who", [LEADER, OF_CITY], ids=["leader", "supervisor"])
async def test_another_s_figures_look_as_if_there_were_none(h: House, who: Requester) -> None:
    for hidden in (OTHER, PROVINCE):
        answers = [
            await h.call(who, "GET", f"{V1}/agencies/{agency_id}/figures")
            for agency_id in (hidden, uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    assert said(h, "oversight") == ["oversight.request.refused.v1"] * 4
    await settle(h.app)
    assert (await figures(h, SUPERVISOR))[str(OTHER)]["refusals"] == 1


async def test_who_keeps_recordings_does_not_watch_figures(h: House) -> None:
    custodian = person(Role.CUSTODIAN, Role.OFFICER, Role.ADMINISTRATOR, agency_id=AGENCY)
    for path in ("/figures", f"/agencies/{AGENCY}/figures"):
        answer = await h.call(custodian, "GET", V1 + path)
        assert (answer.status_code, answer.json()["code"]) == (403, "common.not-for-role")


async def test_figures_by_day_are_those_of_the_event_s_own_day(
    h: House, clock: FrozenClock
) -> None:
    await say(h, stored())
    clock.move(timedelta(hours=7))  # 16:00 UTC: the next day in Shanghai
    await say(h, stored(), evaluated(1, 0, 0))
    path = f"{V1}/agencies/{AGENCY}/figures"
    found = (await h.done(LEADER, "GET", path))["items"]
    assert [(day["day"], day["clips_stored"]) for day in found] == [
        ("2026-01-05", 1),
        ("2026-01-06", 1),
    ]
    assert [day["activities_satisfied"] for day in found] == [0, 1]
    first = (await h.done(OF_CITY, "GET", f"{path}?from=2026-01-05&to=2026-01-06"))["items"]
    assert [day["day"] for day in first] == ["2026-01-05"]
    assert (await h.call(LEADER, "GET", f"{path}?from=soon")).status_code == 422


async def test_a_long_list_comes_in_pages(
    h: House, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PAGE", 2)
    page = await h.done(SUPERVISOR, "GET", f"{V1}/figures")
    seen = [item["agency_id"] for item in page["items"]]
    while page["next"]:
        page = await h.done(SUPERVISOR, "GET", f"{V1}/figures?after={page['next']}")
        seen += [item["agency_id"] for item in page["items"]]
    assert seen == [str(place[0]) for place in sorted(TREE)]
    for _ in range(3):
        await say(h, stored())
        clock.move(timedelta(days=1))
    path = f"{V1}/agencies/{AGENCY}/figures"
    page = await h.done(SUPERVISOR, "GET", path)
    assert (len(page["items"]), page["next"]) == (2, "2026-01-07")
    page = await h.done(SUPERVISOR, "GET", f"{path}?from={page['next']}")
    assert ([day["day"] for day in page["items"]], page["next"]) == (["2026-01-07"], None)


async def test_a_replay_into_an_empty_database_gives_the_same_figures(
    h: House, clock: FrozenClock, tmp_path: Path
) -> None:
    await told(h)
    clock.move(timedelta(days=3))
    await say(h, stored(), evaluated(5, 1, 0))
    clock.move(timedelta(days=700))  # the reader's day is not the event's
    url = f"sqlite:///{tmp_path}/again.db"
    with Database(url) as db:
        migrate.upgrade(db, "oversight")
    settings = h.ctx("oversight").settings.model_copy(update={"database_url": url})
    again = create_app(settings, h.app.state.bus, clock)
    while await again.state.steps["consumer"](0):
        pass
    transport = httpx.ASGITransport(again)
    async with httpx.AsyncClient(transport=transport, base_url="http://again") as client:
        for path in ("/v1/figures", f"/v1/agencies/{AGENCY}/figures"):
            new = await client.get(path, headers=h.signer.headers(SUPERVISOR))
            old = await h.call(SUPERVISOR, "GET", f"/oversight{path}")
            assert new.status_code == 200
            assert new.json() == old.json()
            assert new.json()["items"][-1]["clips_stored"] == 1
    again.state.ctx.db.close()


async def test_what_is_delivered_again_changes_nothing(h: House) -> None:
    await told(h)
    before = await figures(h, SUPERVISOR)
    consumer = h.app.state.apps["oversight"].state.steps["consumer"].__wrapped__.__self__
    bus = h.app.state.bus
    everything = bus.subscribe("again", frozenset({"ingest", "access"}), None, dict)
    records = await everything.poll(1000, 0)
    assert len(records) >= 6
    consumer.apply(records)
    consumer.apply(records[::-1])
    assert await figures(h, SUPERVISOR) == before


async def test_a_record_nobody_can_read_stops_nothing(h: House) -> None:
    headers = {
        "ce_id": str(uuid4()),
        "ce_type": "ingest.clip.stored.v1",
        "ce_time": "2026-01-05T09:00:00+00:00",
        "ce_producer": "ingest",
        "ce_epoch": str(uuid4()),
    }
    huge = stored(size_bytes=10**30).model_dump_json().encode()
    good = stored().model_dump_json().encode()
    consumer = h.app.state.apps["oversight"].state.steps["consumer"].__wrapped__.__self__
    records = [
        Record("ingest", 0, str(CLIP), headers | {"ce_sequence": str(number)}, value)
        for number, value in enumerate((b"nonsense", huge, good), start=1)
    ]
    consumer.apply([Received(record, offset) for offset, record in enumerate(records, 10_000)])
    mine = (await figures(h, LEADER))[str(AGENCY)]
    assert (mine["clips_stored"], mine["bytes_stored"]) == (1, 1000)
