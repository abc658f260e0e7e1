"""By when a clip must be where: shown, told once before and once after, by the pack in force.

The films of these tests end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from ingest.operations.law import pack_activated
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.packs import S1, S2, activated
from tests.support.people import person
from tests.support.said import of_type, said, say
from tests.support.uploads import announce, begin, send, upload

S3, S4 = "s3-guotan", "s4-xinle-fagai"
AGENCY, UNIT = uuid4(), uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=UNIT)
HEAD_ELSEWHERE = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=uuid4())
STRANGER = person(Role.CUSTODIAN, agency_id=uuid4())
SOON, OVERDUE = "ingest.duty.due_soon.v1", "ingest.duty.overdue.v1"
H = timedelta(hours=1)
CASE = {"case_name": "某案", "party_name": "某公司"}


async def duties(h: House, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    return await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")


async def states(h: House, clip_id: UUID) -> dict[str, str]:
    return {duty["rule_id"]: duty["state"] for duty in (await duties(h, clip_id))["duties"]}


async def listed(h: House, state: str, who: Any = CUSTODIAN, **more: Any) -> Any:  # noqa: ANN401 - JSON
    return await h.done(who, "GET", "/ingest/v1/duties", params={"state": state} | more)


def told(h: House, kind: str) -> list[tuple[str, str]]:
    return [(event["rule_id"], event["clip_id"]) for event in of_type(h, kind)]


async def test_a_film_on_its_way_is_told_of_before_it_is_late_and_after(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    location, clip_id = await begin(h, OFFICER, b"film")
    await settle(h.app)
    assert (told(h, SOON), await states(h, clip_id)) == (
        [],
        {"s4.23-1": "not_yet_due", "s4.23-2": "does_not_apply"},
    )
    clock.move(13 * H)
    await settle(h.app)
    assert (told(h, SOON), told(h, OVERDUE)) == ([("s4.23-1", str(clip_id))], [])
    assert [duty["clip_id"] for duty in (await listed(h, "due_soon"))["items"]] == [str(clip_id)]
    clock.move(4 * H)
    await settle(h.app)
    clock.move(H)
    await settle(h.app)
    assert (len(told(h, SOON)), told(h, OVERDUE)) == (1, [("s4.23-1", str(clip_id))])
    (late,) = (await listed(h, "late"))["items"]
    assert (late["clip_id"], late["late_ms"]) == (str(clip_id), (2 * 60 - 2) * 60_000)
    assert "第二十三条第一款" in late["citation"]
    await send(h, OFFICER, location, 0, b"film")
    await settle(h.app)
    assert (await listed(h, "late"))["items"] == []
    (clause, _) = (await duties(h, clip_id))["duties"]
    assert (clause["state"], clause["late_ms"]) == ("late", (2 * 60 - 2) * 60_000)
    assert len(told(h, OVERDUE)) == 1


async def test_after_a_standstill_each_is_told_once_and_a_restart_tells_nothing(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with house(tmp_path, clock) as h:
        await say(h, activated(AGENCY, S4))
        clips = [(await begin(h, OFFICER, bytes([n])))[1] for n in range(3)]
    clock.move(72 * H)
    async with house(tmp_path, clock) as h:
        await settle(h.app)
        assert sorted(told(h, OVERDUE)) == sorted(("s4.23-1", str(clip)) for clip in clips)
        assert told(h, SOON) == []  # there is no "soon" any more
        late_ms = {event["late_ms"] for event in of_type(h, OVERDUE)}
        assert late_ms == {(72 + 8 - 24) * 3_600_000 - 2 * 60_000}
    async with house(tmp_path, clock) as h:
        clock.move(H)
        await settle(h.app)
        assert len(told(h, OVERDUE)) == 3


async def test_s1_is_met_only_when_the_fields_are_there_too(h: House, clock: FrozenClock) -> None:
    await say(h, activated(AGENCY, S1))
    clip_id = await upload(h, OFFICER, b"film")
    assert (await states(h, clip_id))["s1.a2-8"] == "not_yet_due"
    clock.move(15 * H)
    await settle(h.app)
    assert told(h, SOON) == [("s1.a2-8", str(clip_id))]
    place = f"/ingest/v1/clips/{clip_id}/completions/{uuid4()}"
    await h.done(OFFICER, "PUT", place, CASE)
    assert (await duties(h, clip_id))["clocks"][
        "indexed"
    ] is None  # 附件3 第五条 wants the officers
    clock.move(H)
    await h.done(CUSTODIAN, "PUT", f"{place[:-36]}{uuid4()}", {"officers": [str(OFFICER.subject)]})
    clocks = (await duties(h, clip_id))["clocks"]
    assert clocks["indexed"]["by"] == str(CUSTODIAN.subject)
    found = (await duties(h, clip_id))["duties"][0]
    assert (found["state"], found["done_at"]) == ("met", "2026-01-06T00:00:00Z")
    assert set(found["computed_from"]) == {"recorded_end", "stored_at", "indexed_at"}
    clock.move(24 * H)
    await settle(h.app)
    assert told(h, OVERDUE) == []


async def test_a_film_that_arrives_late_is_told_of_as_late_though_it_is_there(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clock.move(30 * H)
    clip_id = await upload(h, OFFICER, b"film")
    assert told(h, OVERDUE) == [("s4.23-1", str(clip_id))]
    assert (await states(h, clip_id))["s4.23-1"] == "late"


async def test_a_law_that_is_put_into_force_later_rules_the_films_that_are_there(
    h: House, clock: FrozenClock
) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    assert (await duties(h, clip_id))["duties"] == []
    await say(h, activated(AGENCY, S3))
    assert await states(h, clip_id) == {"s3.7": "not_yet_due"}
    clock.move(40 * H)
    await settle(h.app)
    assert told(h, OVERDUE) == [("s3.7", str(clip_id))]
    await say(h, activated(AGENCY, S4, date(2026, 1, 5)))
    assert await states(h, clip_id) == {"s4.23-1": "met", "s4.23-2": "does_not_apply"}
    assert (await listed(h, "late"))["items"] == []  # what another law asks is not to be done
    assert len(told(h, OVERDUE)) == 1


async def test_a_law_whose_bytes_nobody_has_is_no_reason_to_judge_by_the_one_before(
    h: House, caplog: pytest.LogCaptureFixture
) -> None:
    await say(h, activated(AGENCY, S4))
    lost = activated(AGENCY, S1, date(2026, 1, 4)).model_copy(update={"sha256": "0" * 64})
    ctx = h.ctx("ingest")
    with ctx.db.transaction() as session:  # by itself: other services set such an event aside
        pack_activated(ctx, session, lost)
    clip_id = await upload(h, OFFICER, b"film")
    found = await duties(h, clip_id)
    assert (found["pack"], found["duties"], bool(found["question"])) == (None, [], True)
    assert "activated pack is not shipped" in caplog.messages
    await say(h, activated(AGENCY, S3, date(2026, 1, 5)))  # not parked behind the lost one
    assert await states(h, clip_id) == {"s3.7": "not_yet_due"}


async def test_where_the_law_is_silent_the_system_asks_and_nothing_is_met(h: House) -> None:
    clip_id = await upload(h, OFFICER, b"film")
    for event in ([], [activated(AGENCY, S2)]):
        await say(h, *event)
        found = await duties(h, clip_id)
        assert (found["pack"], found["duties"]) == (None, [])
        assert "请本机关说明适用的规定" in found["question"]


async def test_handing_over_is_the_word_of_another_than_who_filmed(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S3))
    both = person(Role.OFFICER, Role.CUSTODIAN, agency_id=AGENCY)
    own, clip_id = await upload(h, both, b"own"), await upload(h, OFFICER, b"film")
    refused = await h.call(both, "PUT", f"/ingest/v1/clips/{own}/hand-over")
    assert (refused.status_code, refused.json()["code"]) == (403, "ingest.own-hand-over")
    clock.move(H)
    first = await h.done(CUSTODIAN, "PUT", f"/ingest/v1/clips/{clip_id}/hand-over")
    clock.move(40 * H)
    assert await h.done(both, "PUT", f"/ingest/v1/clips/{clip_id}/hand-over") == first
    assert first == {
        "received_by": str(CUSTODIAN.subject),
        "handed_over_at": "2026-01-05T10:00:00Z",
    }
    assert (await states(h, clip_id), await states(h, own)) == ({"s3.7": "met"}, {"s3.7": "late"})
    assert [event["clip_id"] for event in of_type(h, "ingest.clip.handed_over.v1")] == [
        str(clip_id)
    ]
    location, unfinished = await begin(h, OFFICER, b"unfinished")
    too_early = await h.call(CUSTODIAN, "PUT", f"/ingest/v1/clips/{unfinished}/hand-over")
    assert (too_early.json()["code"], location != "") == ("ingest.not-kept", True)


async def test_a_return_counts_once_another_person_confirms_it(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clock.move(72 * H)
    clip_id = await upload(h, OFFICER, b"film")
    back = {"returned_at": "2026-01-08T01:00:00Z", "reason": "water"}
    place = f"/ingest/v1/clips/{clip_id}/returns/{uuid4()}"
    declared = await h.done(OFFICER, "PUT", place, back)
    assert (declared["confirmed_by"], await states(h, clip_id)) == (
        None,
        {"s4.23-1": "late", "s4.23-2": "does_not_apply"},
    )
    own_head = OFFICER.model_copy(update={"roles": frozenset({Role.UNIT_HEAD})})
    for who, code in ((own_head, "same-person"), (HEAD_ELSEWHERE, "not-your-clip")):
        refused = await h.call(who, "PUT", f"{place}/confirmation")
        assert (refused.status_code, refused.json()["code"]) == (403, f"ingest.{code}")
    confirmed = await h.done(HEAD, "PUT", f"{place}/confirmation")
    assert confirmed["confirmed_by"] == str(HEAD.subject)
    assert await states(h, clip_id) == {"s4.23-1": "does_not_apply", "s4.23-2": "met"}
    clocks = (await duties(h, clip_id))["clocks"]
    assert (clocks["recorded_end"]["at"], clocks["stored"]["at"]) == (
        "2026-01-05T01:02:00Z",
        "2026-01-08T09:00:00Z",
    )
    assert clocks["returns"] == [confirmed]
    assert said(h, "ingest").count("ingest.return.confirmed.v1") == 1


async def test_a_duty_that_becomes_due_once_more_is_not_told_of_once_more(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await begin(h, OFFICER, b"film")
    for _ in range(2):  # they come back, leave again, and come back again
        place = f"/ingest/v1/clips/{clip_id}/returns/{uuid4()}"
        back = {"returned_at": clock.now().isoformat(), "reason": "remote"}
        await h.done(OFFICER, "PUT", place, back)
        await h.done(HEAD, "PUT", f"{place}/confirmation")
        assert (await states(h, clip_id))["s4.23-2"] == "not_yet_due"
        for _ in range(2):
            clock.move(22 * H)
            await settle(h.app)
    assert (await states(h, clip_id))["s4.23-2"] == "late"
    assert told(h, SOON) == told(h, OVERDUE) == [("s4.23-2", str(clip_id))]


async def test_a_return_that_the_law_does_not_know_or_that_cannot_be_is_refused(
    h: House,
) -> None:
    await say(h, activated(AGENCY, S4))
    clip_id = await upload(h, OFFICER, b"film")
    for at, reason, status, code in (
        ("2026-01-05T02:00:00Z", "too_far", 409, "no-return-rule"),
        ("2026-01-05T01:00:00Z", "water", 422, "return-invalid"),
        ("2026-01-05T09:00:01Z", "water", 422, "return-invalid"),
    ):
        place = f"/ingest/v1/clips/{clip_id}/returns/{uuid4()}"
        refused = await h.call(OFFICER, "PUT", place, {"returned_at": at, "reason": reason})
        assert (refused.status_code, refused.json()["code"]) == (status, f"ingest.{code}")
    await say(h, activated(AGENCY, S3, date(2026, 1, 5)))
    back = {"returned_at": "2026-01-05T02:00:00Z", "reason": "water"}
    place = f"/ingest/v1/clips/{clip_id}/returns/{uuid4()}"
    refused = await h.call(OFFICER, "PUT", place, back)  # S3 第七条 has no exception
    assert refused.json()["code"] == "ingest.no-return-rule"


async def test_when_it_was_exported_is_what_the_dock_said(h: House) -> None:
    await say(h, activated(AGENCY, S1))
    at = "2026-01-05T02:00:00Z"
    announced = await announce(h, OFFICER, b"film", exported_at=at)
    clip_id = UUID(announced.headers["clip-id"])
    assert (await states(h, clip_id))["s1.a3-6.day"] == "met"
    clocks = (await duties(h, clip_id))["clocks"]
    assert (clocks["exported"]["at"], clocks["stored"]) == (at, None)
    assert clocks["exported"]["by"] == str(OFFICER.subject)


async def test_a_list_is_of_ones_own_agency_and_unit_and_goes_on_where_it_ended(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clips = {str((await begin(h, OFFICER, bytes([n])))[1]) for n in range(5)}
    clock.move(48 * H)
    await settle(h.app)
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await listed(h, "late", limit=2, **cursor)
        found += [duty["clip_id"] for duty in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert (len(found), set(found)) == (5, clips)
    assert len((await listed(h, "late", HEAD))["items"]) == 5
    assert (await listed(h, "late", HEAD_ELSEWHERE))["items"] == []
    assert (await listed(h, "late", STRANGER))["items"] == []
    assert (await h.call(OFFICER, "GET", "/ingest/v1/duties?state=late")).status_code == 403
    for place in (f"clips/{clips.pop()}/duties", f"clips/{uuid4()}/duties"):
        assert (await h.call(STRANGER, "GET", f"/ingest/v1/{place}")).status_code == 404


async def test_the_first_lock_is_as_long_as_the_law_in_force_has_it(h: House) -> None:
    film, other = b"film", b"another agency's"
    await say(h, activated(AGENCY, S4))
    await upload(h, OFFICER, film)
    await upload(h, person(Role.OFFICER, agency_id=uuid4()), other)
    locks = [h.ctx("ingest").objects.locked_until(sha256(one).hexdigest()) for one in (film, other)]
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert locks == [now + timedelta(days=90), now + timedelta(days=30)]
