"""The law of a recording is that of the day when it ended by our own clock, not by its device's.

The films of these tests end at 00:20 on 5 January 2026 in Asia/Shanghai by their device, and with
that day one pack follows another; now is 17:00 that day.
"""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from ingest.store.duties import to_look_at
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.packs import S1, activated
from tests.support.people import person
from tests.support.recordings import read_clock
from tests.support.said import of_type, say
from tests.support.uploads import announce, send

S3, S4 = "s3-guotan", "s4-xinle-fagai"
AGENCY = uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
OVERDUE = "ingest.duty.overdue.v1"
FILM = b"film"
H, M = timedelta(hours=1), timedelta(minutes=1)
TO_MIDNIGHT = 20 * M
"""By so much the device must be ahead for its film to have ended when the day began."""
BY_S4, BY_S3 = ["s4.23-1"], ["s3.7"]
BOTH = "不能确定录制结束于 2026-01-04 至 2026-01-05 之间的哪一日"
AT_NIGHT = {
    "recorded_start": "2026-01-05T00:10:00+08:00",
    "recorded_end": "2026-01-05T00:20:00+08:00",
}


async def begin(h: House) -> tuple[str, UUID]:
    answer = await announce(h, OFFICER, FILM, None, **AT_NIGHT)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"], UUID(answer.headers["clip-id"])


async def upload(h: House) -> UUID:
    location, clip_id = await begin(h)
    await send(h, OFFICER, location, 0, FILM)
    await settle(h.app)
    return clip_id


async def one_pack_follows_another(h: House, first: str = S4, then: str = S3) -> None:
    await say(h, activated(AGENCY, first), activated(AGENCY, then, date(2026, 1, 5)))


async def duties(h: House, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    return await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")


async def binding(h: House, clip_id: UUID) -> list[str]:
    found = await duties(h, clip_id)
    return [it["rule_id"] for it in found["duties"] if it["state"] != "does_not_apply"]


def locked_for(h: House, clock: FrozenClock) -> timedelta:
    until = h.ctx("ingest").objects.locked_until(sha256(FILM).hexdigest())
    assert until is not None
    return until - clock.now()


async def test_without_a_reading_it_is_the_day_that_the_device_said(h: House) -> None:
    await one_pack_follows_another(h)
    _, clip_id = await begin(h)
    assert await binding(h, clip_id) == BY_S3


@pytest.mark.parametrize(
    ("ahead", "rules"),
    [
        (TO_MIDNIGHT - 3 * M, BY_S3),
        (TO_MIDNIGHT + 3 * M, BY_S4),
        (TO_MIDNIGHT, BY_S4 + BY_S3),
        (3 * H, BY_S4 + BY_S3),  # so far off that nobody relies on the reading alone
    ],
)
async def test_a_reading_moves_it_to_the_day_of_our_own_clock(
    h: House, clock: FrozenClock, ahead: timedelta, rules: list[str]
) -> None:
    await one_pack_follows_another(h)
    _, clip_id = await begin(h)
    await read_clock(h, clock, ahead, OFFICER)
    await settle(h.app)
    found = await duties(h, clip_id)
    assert [it["rule_id"] for it in found["duties"] if it["due_at"]] == rules
    assert [BOTH in it["why"] for it in found["duties"] if it["due_at"]] == [len(rules) > 1] * len(
        rules
    )


async def listed(h: House, state: str) -> list[str]:
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": state})
    return sorted(it["rule_id"] for it in found["items"])


async def test_each_pack_that_may_rule_warns_and_none_alone_makes_it_late(
    h: House, clock: FrozenClock
) -> None:
    """S4 asks to store it, and S3 to hand it over."""
    await one_pack_follows_another(h)
    await read_clock(h, clock, TO_MIDNIGHT, OFFICER)
    _, clip_id = await begin(h)
    clock.move(24 * H)
    await settle(h.app)
    told = {it["rule_id"]: it["pack_sha256"] for it in of_type(h, "ingest.duty.due_soon.v1")}
    found = await duties(h, clip_id)
    assert told == {it["rule_id"]: it["pack_sha256"] for it in found["duties"] if it["due_at"]}
    assert sorted(told) == await listed(h, "due_soon") == [*BY_S3, *BY_S4]
    assert (of_type(h, OVERDUE), await listed(h, "late")) == ([], [])
    assert found["pack"] == S3
    assert nothing_waits(h, clock)


async def test_what_is_late_by_each_pack_that_may_rule_is_told_by_each(
    h: House, clock: FrozenClock
) -> None:
    """Both ask to store it within 24 hours."""
    await one_pack_follows_another(h, then=S1)
    await read_clock(h, clock, TO_MIDNIGHT, OFFICER)
    await begin(h)
    clock.move(24 * H)
    await settle(h.app)
    told = sorted(it["rule_id"] for it in of_type(h, OVERDUE))
    assert told == await listed(h, "late") == ["s1.a2-8", *BY_S4]
    assert await listed(h, "due_soon") == ["s1.a3-6.day"]
    assert nothing_waits(h, clock)


async def test_on_the_eve_of_the_first_pack_perhaps_no_law_ruled(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4, date(2026, 1, 5)))
    await read_clock(h, clock, TO_MIDNIGHT, OFFICER)
    location, clip_id = await begin(h)
    clock.move(24 * H)
    await settle(h.app)
    assert (await listed(h, "due_soon"), await listed(h, "late")) == (BY_S4, [])
    assert of_type(h, OVERDUE) == []
    (found,) = [it for it in (await duties(h, clip_id))["duties"] if it["due_at"]]
    assert (found["state"], found["late_ms"]) == ("cannot_be_judged", None)
    assert "没有规定此事的规范包" in found["why"]
    assert nothing_waits(h, clock)
    await send(h, OFFICER, location, 0, FILM)
    await settle(h.app)
    assert await listed(h, "due_soon") == []


async def test_a_clock_that_was_reset_makes_no_film_older_than_the_law(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4, date(2026, 1, 1)))
    await read_clock(h, clock, -3650 * 24 * H, OFFICER)
    years_ago = {"recorded_start": "2016-01-08T00:10:00Z", "recorded_end": "2016-01-08T00:20:00Z"}
    answer = await announce(h, OFFICER, FILM, None, **years_ago)
    clock.move(30 * H)
    await settle(h.app)
    clip_id = answer.headers["clip-id"]
    assert (await listed(h, "late"), len(of_type(h, OVERDUE))) == (BY_S4, 1), clip_id
    assert nothing_waits(h, clock)


def nothing_waits(h: House, clock: FrozenClock) -> bool:
    """Whether no duty is looked at again and again though nothing comes of it."""
    with h.ctx("ingest").db.snapshot() as session:
        return not to_look_at(session, clock.now(), 9)


async def test_a_film_is_wanted_filed_as_each_of_them_wants(h: House, clock: FrozenClock) -> None:
    await one_pack_follows_another(h)
    _, clip_id = await begin(h)
    wanted = [set((await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/index"))["missing"])]
    for ahead in (TO_MIDNIGHT, 2 * TO_MIDNIGHT):
        await read_clock(h, clock, ahead, OFFICER)
        found = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/index")
        wanted.append(set(found["missing"]))
    by_s3, by_both, by_s4 = wanted
    assert by_both == by_s3 | by_s4
    assert by_s3 != by_s4


@pytest.mark.parametrize(
    ("ahead", "days"),
    [(None, 30), (0 * M, 30), (2 * TO_MIDNIGHT, 90), (TO_MIDNIGHT, 90), (3 * H, 90)],
)
async def test_the_first_lock_is_the_longest_that_any_of_them_may_give(
    h: House, clock: FrozenClock, ahead: timedelta | None, days: int
) -> None:
    """S4 gives 90 days, S1 30."""
    await one_pack_follows_another(h, then=S1)
    if ahead is not None:
        await read_clock(h, clock, ahead, OFFICER)
    await upload(h)
    assert abs(locked_for(h, clock) - timedelta(days=days)) < H


async def test_a_lock_that_was_taken_is_never_shorter_for_a_later_reading(
    h: House, clock: FrozenClock
) -> None:
    await one_pack_follows_another(h, then=S1)
    await read_clock(h, clock, TO_MIDNIGHT, OFFICER)
    clip_id = await upload(h)
    before = locked_for(h, clock)
    await read_clock(h, clock, TO_MIDNIGHT - 3 * M, OFFICER)
    await upload(h)  # it is handed in again while the shorter law rules
    await settle(h.app)
    assert before == locked_for(h, clock)
    assert (await binding(h, clip_id))[0] == "s1.a2-8"


async def test_somebody_may_have_come_back_before_a_fast_clock_said_that_it_was_over(
    h: House, clock: FrozenClock
) -> None:
    await one_pack_follows_another(h, S3, S4)
    _, clip_id = await begin(h)
    place = f"/ingest/v1/clips/{clip_id}/returns"
    body = {"returned_at": "2026-01-04T16:08:00Z", "reason": "remote"}  # 12 minutes before
    early = await h.call(OFFICER, "PUT", f"{place}/{uuid4()}", json=body)
    assert early.json()["code"] == "ingest.return-invalid"
    await read_clock(h, clock, 20 * M, OFFICER)
    await h.done(OFFICER, "PUT", f"{place}/{uuid4()}", body)


async def test_a_pack_that_is_heard_of_late_judges_what_was_told_of_since_its_first_day(
    h: House, clock: FrozenClock
) -> None:
    """The device is half an hour behind: by it the film ended before the pack was in force."""
    await read_clock(h, clock, -30 * M, OFFICER)
    other = AT_NIGHT | {"recorded_end": "2026-01-04T23:50:00+08:00"}
    other |= {"recorded_start": "2026-01-04T23:40:00+08:00"}
    answer = await announce(h, OFFICER, FILM, None, **other)
    clock.move(24 * H)
    await say(h, activated(AGENCY, S4, date(2026, 1, 5)))
    await settle(h.app)
    assert await binding(h, UUID(answer.headers["clip-id"])) == BY_S4
    (told,) = of_type(h, "ingest.duty.overdue.v1")
    assert told["rule_id"] == "s4.23-1"
