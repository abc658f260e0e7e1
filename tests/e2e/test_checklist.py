"""Facts of the catalogue and of ingest become verdicts, by the law two people put into force."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.catalog import Category
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.inspection import ACTIVITY, AGENCY, at
from tests.support.inspection_events import Inspection
from tests.support.people import person
from tests.support.said import said, say

OFFICER = person(Role.OFFICER, agency_id=AGENCY)
REVIEWER = person(Role.LEGAL_REVIEWER, agency_id=AGENCY)
LEADER = person(Role.LEADER, agency_id=AGENCY)
STRANGER = person(Role.LEADER, Role.OFFICER, agency_id=uuid4())
INSPECTION = Inspection()
S2 = "s2-zezhou-yingji"
EVALUATION = f"/checklist/v1/activities/{ACTIVITY}/evaluation"
EVALUATED = "checklist.activity.evaluated.v1"


async def activate(h: House, pack: str = S2, valid_from: date = date(2026, 1, 1)) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    await h.done(REVIEWER, "PUT", path, {"pack": pack, "valid_from": valid_from.isoformat()})
    await h.done(LEADER, "POST", f"{path}/confirm")


async def row(h: House, number: str = "8") -> dict[str, Any]:
    found = await h.done(OFFICER, "GET", EVALUATION)
    return next(finding for finding in found["findings"] if finding["row"] == number)


async def test_a_row_goes_from_not_satisfied_to_satisfied_as_facts_arrive(h: House) -> None:
    await activate(h)
    await say(
        h,
        *INSPECTION.opened(),
        INSPECTION.stored("a", "09:29:00", "09:31:20"),
        INSPECTION.probed("a", 140),
        INSPECTION.linked("a"),
    )
    first = await row(h)
    await say(h, INSPECTION.stored("c", "09:41:00", "09:45:00"), INSPECTION.linked("c"))
    late = await row(h)
    await say(
        h,
        INSPECTION.linked("b"),
        INSPECTION.stored("b", "09:31:20", "09:40:10"),
        INSPECTION.probed("b", 530),
    )
    unmarked = await row(h)
    await say(
        h,
        INSPECTION.marked("b", "certificate_shown"),
        INSPECTION.marked("a", "identity_stated"),
    )
    last = await row(h)
    await say(h, INSPECTION.unlinked("a"))
    without = await row(h)
    assert first["verdict"] == "not_satisfied"
    assert [gap["seconds"] for gap in first["gaps"]] == [520]
    assert first["gaps"][0]["start"] == "2026-01-05T01:31:20Z"
    assert first["citation"].startswith("S2 第8行")
    assert late["gaps"] == first["gaps"]
    assert "不得事后补录" in late["not_counted"][0]["reason"]
    assert (unmarked["verdict"], len(unmarked["questions"])) == ("needs_judgement", 2)
    assert (last["verdict"], last["gaps"]) == ("satisfied", [])
    assert without["verdict"] == "not_satisfied"


async def test_a_clip_that_is_put_apart_later_covers_nothing_any_more(h: House) -> None:
    await activate(h)
    await say(
        h,
        *INSPECTION.opened(),
        INSPECTION.quarantined("never stored"),
        INSPECTION.stored("a", "09:29:00", "09:40:10"),
        INSPECTION.stored("copy", "09:29:00", "09:40:10", same_as="a"),
        INSPECTION.probed("a", 670),
        INSPECTION.probed("copy", 670),
        INSPECTION.linked("a"),
        INSPECTION.linked("copy"),
    )
    before = await row(h)
    await say(h, INSPECTION.quarantined("copy"))
    without_copy = await row(h)
    await say(h, INSPECTION.quarantined("a"))
    after = await row(h)
    assert (before["gaps"], without_copy["gaps"]) == ([], [])
    assert before["reasons"] != without_copy["reasons"]
    assert after["verdict"] == "not_satisfied"
    assert {clip["reason"] for clip in after["not_counted"]} == {"片段尚未入库或者已被隔离"}


async def test_only_another_outcome_is_announced(h: House, clock: FrozenClock) -> None:
    await activate(h)
    await say(h, INSPECTION.recorded())
    assert said(h, "checklist").count(EVALUATED) == 1
    await say(
        h,
        *INSPECTION.opened(),
        INSPECTION.linked("a"),
        INSPECTION.stored("a", "09:29:00", "09:31:20"),
    )
    assert said(h, "checklist").count(EVALUATED) == 2
    before = await h.done(OFFICER, "GET", EVALUATION)
    clock.move(timedelta(seconds=5))
    await say(h, *INSPECTION.opened(), INSPECTION.linked("a"))
    again = await h.done(OFFICER, "GET", EVALUATION)
    await say(h, INSPECTION.stored("c", "09:41:00", "09:45:00"), INSPECTION.linked("c"))
    after = await h.done(OFFICER, "GET", EVALUATION)
    assert said(h, "checklist").count(EVALUATED) == 2
    assert again == before
    assert (before["evaluated_at"], after["evaluated_at"]) == (
        "2026-01-05T09:00:00Z",
        "2026-01-05T09:00:05Z",
    )


async def test_until_a_moment_is_stated_the_day_it_was_first_recorded_rules(
    h: House, clock: FrozenClock
) -> None:
    await say(h, INSPECTION.recorded())
    clock.move(timedelta(days=2))
    await say(h, INSPECTION.recorded())
    found = await h.done(OFFICER, "GET", EVALUATION)
    assert found["act_on"] == "2026-01-05"


async def test_a_declared_condition_decides_whether_row_15_binds(h: House) -> None:
    await activate(h)
    await say(h, *INSPECTION.opened())
    unknown = await row(h, "15")
    await say(h, INSPECTION.declared("measures_taken", holds=False))
    known = await row(h, "15")
    assert unknown["verdict"] == "needs_judgement"
    assert unknown["questions"][0].startswith("本次检查是否采取了现场处置措施")
    assert known["verdict"] == "not_applicable"


async def test_without_a_pack_nothing_is_compliant_and_one_activated_later_judges(
    h: House,
) -> None:
    await say(
        h,
        *INSPECTION.opened(),
        INSPECTION.linked("a"),
        INSPECTION.stored("a", "09:29:00", "09:41:00"),
    )
    before = await h.done(OFFICER, "GET", EVALUATION)
    assert said(h, "checklist") == [EVALUATED]  # the province must hear of a missing pack
    await activate(h)
    after = await h.done(OFFICER, "GET", EVALUATION)
    assert said(h, "checklist").count(EVALUATED) == 2
    assert (before["state"], before["findings"], before["pack"]) == ("no_pack", [], None)
    assert "2026年1月5日" in before["notice"]
    assert (after["state"], after["pack"], len(after["findings"])) == ("judged", S2, 10)
    assert after["notice"] is None


@pytest.mark.parametrize(
    ("valid_from", "state"), [(date(2026, 1, 5), "judged"), (date(2026, 1, 6), "no_pack")]
)
async def test_the_pack_in_force_on_the_local_day_of_the_act_rules(
    h: House, valid_from: date, state: str
) -> None:
    await activate(h, valid_from=valid_from)
    after_midnight = at("00:10:00")  # still 4 January in UTC
    await say(h, INSPECTION.recorded(), INSPECTION.reached("before_entering", after_midnight))
    found = await h.done(OFFICER, "GET", EVALUATION)
    assert (found["state"], found["act_on"]) == (state, "2026-01-05")


@pytest.mark.parametrize(
    ("pack", "category", "state", "why"),
    [
        ("s1-gaoxin-yingji", Category.INSPECTION, "no_checklist", "没有音像记录事项清单"),
        (S2, Category.PENALTY, "no_rows", "没有“行政处罚”类"),
    ],
)
async def test_a_law_that_says_nothing_of_the_act_is_not_silence(
    h: House, pack: str, category: Category, state: str, why: str
) -> None:
    await activate(h, pack)
    await say(h, INSPECTION.recorded(category))
    found = await h.done(OFFICER, "GET", EVALUATION)
    assert (found["state"], found["findings"]) == (state, [])
    assert why in found["notice"]


async def test_an_activity_of_another_agency_cannot_be_told_from_none(h: House) -> None:
    await say(h, INSPECTION.recorded())
    hidden = await h.call(STRANGER, "GET", EVALUATION)
    unknown = await h.call(STRANGER, "GET", EVALUATION.replace(str(ACTIVITY), str(uuid4())))
    assert said(h, "checklist")[1:] == ["checklist.request.refused.v1"] * 2
    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert hidden.json()["code"] == "checklist.activity-unknown"


@pytest.mark.parametrize("role", [Role.LAWYER, Role.PARTY, Role.SUPERVISOR, Role.ADMINISTRATOR])
async def test_verdicts_are_for_the_agencys_staff(h: House, role: Role) -> None:
    await say(h, INSPECTION.recorded())
    answer = await h.call(person(role, agency_id=AGENCY), "GET", EVALUATION)
    assert (answer.status_code, answer.json()["code"]) == (403, "common.not-for-role")
