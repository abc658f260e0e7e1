"""The class and the schedule of a case's clips, through HTTP."""

from datetime import date
from itertools import permutations
from uuid import UUID, uuid4

import httpx
import pytest

from common.events import Event
from contracts.catalog import Trait
from contracts.identity import Role
from tests.support.house import House
from tests.support.keeping import (
    AGENCY,
    CASE,
    CLIP,
    OFFICER,
    OTHER_HEAD,
    REVIEWER,
    SECOND,
    STRANGER,
    UNIT,
    V1,
    activated,
    archived,
    confirm,
    dispose,
    ended,
    keep_until,
    linked,
    opened,
    stored,
    unlinked,
)
from tests.support.people import person
from tests.support.said import said, say


async def test_a_finished_case_gets_a_class_with_its_reason_and_article(h: House) -> None:
    await say(h, activated(), opened())
    case = await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}")
    assert (case["state"], case["proposal"]) == ("open", None)
    await say(h, ended(Trait.HEARING, Trait.COMPLEX))
    case = await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}")
    assert case["state"] == "proposed"
    assert (case["proposal"]["class_id"], case["proposal"]["rule_id"]) == ("30y", "s1.a2-12.2")
    assert "附件2 第十二条（二）" in case["proposal"]["citation"]
    assert any("案件情况复杂" in reason for reason in case["proposal"]["reasons"])
    assert [match["class_id"] for match in case["proposal"]["other_matches"]] == ["10y"]
    assert any("长期" in question for question in case["proposal"]["questions"])
    assert said(h, "retention") == ["retention.class.proposed.v1"]


async def test_the_date_explains_itself_clause_by_clause(h: House) -> None:
    await say(h, activated(), opened(), stored(), linked(), ended())
    assert (await confirm(h, "5y")).status_code == 200
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (schedule["keep_until"], schedule["permanent"]) == ("2032-01-01", False)
    assert (schedule["undecided"], schedule["held"]) == (False, False)
    assert [step["value"] for step in schedule["steps"]] == [
        *("与案卷相同", "5年", "2026-01-05", "2026-03-05", "2027-01-01", "2032-01-01")
    ]
    said_why = [step["citation"] for step in schedule["steps"]]
    assert all(said_why)
    for place, article in enumerate(["附件3 第八条", "附件2 第十二条（四）", "附件2 第十二条"]):
        assert article in said_why[place]
    assert "没有规定起算日" in said_why[4]
    assert schedule["steps"][2]["text"].startswith("承办机构负责人已确认保管期限")


async def test_only_the_head_of_the_handling_unit_decides(h: House) -> None:
    await say(h, activated(), opened(), linked(), ended())
    refused = await confirm(h, "5y", who=OTHER_HEAD)
    assert (refused.status_code, refused.json()["code"]) == (403, "retention.not-handling-unit")
    assert "附件2 第十二条" in refused.json()["detail"]
    assert (await confirm(h, "5y", who=OFFICER)).json()["code"] == "common.not-for-role"
    assert said(h, "retention")[1:] == ["retention.request.refused.v1"] * 2
    assert await keep_until(h) is None


async def test_a_longer_class_may_be_chosen_and_a_shorter_one_is_refused(h: House) -> None:
    await say(h, activated(), opened(), linked(), ended(Trait.HEARING))
    refused = await confirm(h, "5y")
    assert (refused.status_code, refused.json()["code"]) == (403, "retention.class-shorter")
    assert "附件2 第十二条（三）" in refused.json()["detail"]
    case = (await confirm(h, "30y")).json()
    assert (case["state"], case["confirmed"]["class_id"]) == ("confirmed", "30y")
    assert case["confirmed"]["rule_id"] == "s1.a2-12.2"
    assert await keep_until(h) == "2057-01-01"
    assert (await confirm(h, "10y")).json()["code"] == "retention.class-shorter"
    assert (await confirm(h, "7y")).json()["code"] == "retention.class-unknown"
    assert said(h, "retention") == [
        "retention.class.proposed.v1",
        "retention.request.refused.v1",
        "retention.class.confirmed.v1",
        "retention.clip.scheduled.v1",
        *["retention.request.refused.v1"] * 2,
    ]


async def test_a_class_confirmed_twice_counts_once_and_a_longer_one_extends(h: House) -> None:
    await say(h, activated(), opened(), linked(), ended())
    first = await confirm(h, "5y")
    assert (await confirm(h, "5y")).json() == first.json()
    assert said(h, "retention").count("retention.class.confirmed.v1") == 1
    assert (await confirm(h, "permanent")).json()["clips"][0]["permanent"]
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (schedule["keep_until"], schedule["permanent"]) == (None, True)
    assert schedule["steps"][-1]["value"] == "永久"
    assert said(h, "retention").count("retention.clip.scheduled.v1") == 2


async def test_without_rules_the_system_asks_and_keeps(h: House) -> None:
    await say(h, opened(), stored(), linked(), ended())
    case = await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}")
    assert (case["state"], case["proposal"]) == ("ask", None)
    assert "须由本机关提供" in case["ask"]
    assert (await confirm(h, "5y")).json()["code"] == "retention.not-proposed"
    answer = (await dispose(h)).json()
    assert (answer["code"], answer["reason"]) == ("retention.disposal-refused", "not_scheduled")


async def test_a_pack_that_rules_only_checklists_is_asked_too(h: House) -> None:
    await say(h, activated("s2-zezhou-yingji"), opened(), ended())
    assert (await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}"))["state"] == "ask"


async def test_the_pack_in_force_when_the_act_ended_rules(h: House) -> None:
    await say(h, activated(valid_from=date(2026, 3, 6)), opened(), ended())
    assert (await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}"))["state"] == "ask"
    await say(h, activated(valid_from=date(2026, 3, 5)))
    assert (await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}"))["state"] == "proposed"


async def test_the_order_in_which_owners_speak_changes_nothing(h: House) -> None:
    """Tell one story in every order of its owners, each time of another agency."""
    pack, link = activated(), linked()
    by_owner = [[pack], [opened(), ended(Trait.HEARING), archived()], [stored()], [link]]
    seen: list[tuple[object, object]] = []
    for order in permutations(by_owner):
        new = {old: uuid4() for old in (AGENCY, CASE, CLIP, link.link_id, pack.activation_id)}
        await say(h, *(renamed(event, new) for events in order for event in events))
        head = person(Role.UNIT_HEAD, agency_id=new[AGENCY], unit_id=UNIT)
        assert (await confirm(h, "10y", new[CASE], head)).status_code == 200
        case = await h.done(head, "GET", f"{V1}/cases/{new[CASE]}")
        schedule = await h.done(head, "GET", f"{V1}/clips/{new[CLIP]}/schedule")
        assert (case["state"], schedule["keep_until"]) == ("confirmed", "2037-01-01")
        seen.append((case["proposal"], schedule["steps"]))
    assert len(seen) == 24
    assert all(views == seen[0] for views in seen)


def renamed(event: Event, new: dict[UUID, UUID]) -> Event:
    ids = {name: new[value] for name, value in event if isinstance(value, UUID) and value in new}
    return event.model_copy(update=ids)


async def test_a_clip_linked_after_the_decision_is_scheduled_on_arrival(h: House) -> None:
    await say(h, activated(), opened(), ended())
    assert (await confirm(h, "5y")).status_code == 200
    await say(h, linked())
    assert await keep_until(h) == "2032-01-01"
    assert said(h, "retention")[-1] == "retention.clip.scheduled.v1"


async def test_taking_a_clip_out_of_its_case_never_shortens(h: House) -> None:
    link = linked()
    await say(h, activated(), opened(), link, ended(Trait.HEARING))
    assert (await confirm(h, "10y")).status_code == 200
    await say(h, unlinked(link))
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert schedule["keep_until"] == "2037-01-01"
    assert schedule["steps"][-1]["value"] == "2037-01-01"


async def test_taking_a_clip_out_before_the_decision_escapes_nothing(h: House) -> None:
    """附件3 第八条: what was recorded in the course of a case is kept as its file is."""
    link = linked()
    await say(h, activated(), opened(), stored(), link, ended(Trait.MAJOR_PENALTY))
    await say(h, unlinked(link))
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert schedule["undecided"]
    assert (await dispose(h)).json()["reason"] == "not_scheduled"
    (shown,) = (await confirm(h, "permanent")).json()["clips"]
    assert (shown["clip_id"], shown["permanent"]) == (str(CLIP), True)
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (schedule["permanent"], schedule["undecided"]) == (True, False)
    assert said(h, "retention").count("retention.clip.scheduled.v1") == 1


async def test_a_clip_of_no_case_is_kept_for_the_floor(h: House) -> None:
    await say(h, activated(), stored())
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (schedule["keep_until"], schedule["undecided"]) == ("2030-01-01", False)
    assert "附件3 第八条" in schedule["steps"][0]["citation"]
    assert schedule["steps"][0]["text"].startswith("不属于案件")
    assert schedule["steps"][1]["value"] == "2026-03-02"
    assert "retention.clip.scheduled.v1" not in said(h, "retention")


@pytest.mark.parametrize("is_confirmed", [False, True])
async def test_case_and_clip_show_one_schedule_and_never_deny_the_case(
    h: House, *, is_confirmed: bool
) -> None:
    """The act ended so long ago that the clip's own floor lasts longer than the file's class."""
    old = ended(on=date(2019, 5, 1))
    await say(h, activated(valid_from=date(2019, 1, 1)), opened(), stored(), linked(), old)
    if is_confirmed:
        await confirm(h, "5y")
    (of_case,) = (await h.done(OFFICER, "GET", f"{V1}/cases/{CASE}"))["clips"]
    schedule = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (of_case["keep_until"], schedule["keep_until"]) == ("2030-01-01", "2030-01-01")
    assert schedule["undecided"] is not is_confirmed
    assert not any("不属于" in step["text"] for step in schedule["steps"])


async def test_of_several_cases_the_longest_binds_and_is_announced_once(h: House) -> None:
    await say(h, activated(), opened(), opened(SECOND), linked(), linked(SECOND))
    await say(h, ended(Trait.HEARING), ended(case_id=SECOND))
    assert (await confirm(h, "10y")).status_code == 200
    half = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (half["keep_until"], half["undecided"]) == ("2037-01-01", True)
    assert (await confirm(h, "5y", SECOND)).status_code == 200
    whole = await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule")
    assert (whole["keep_until"], whole["undecided"]) == ("2037-01-01", False)
    assert said(h, "retention").count("retention.clip.scheduled.v1") == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/cases/{case}", None),
        ("POST", "/cases/{case}/confirm", {"class_id": "5y"}),
        ("GET", "/clips/{clip}/schedule", None),
        ("PUT", "/holds/{new}", {"case_id": "{case}", "mandate": "litigation"}),
        ("POST", "/holds/{hold}/release", None),
        ("PUT", "/disposals/{new}", {"clip_id": "{clip}"}),
    ],
)
async def test_what_is_anothers_looks_as_if_it_did_not_exist(
    h: House, method: str, path: str, body: dict[str, str] | None
) -> None:
    await say(h, activated(), opened(), stored(), linked(), ended())
    hold_id = uuid4()
    hold = {"case_id": str(CASE), "mandate": "complaint"}
    await h.done(REVIEWER, "PUT", f"{V1}/holds/{hold_id}", hold)
    answers: list[httpx.Response] = []
    there = {"case": CASE, "clip": CLIP, "hold": hold_id, "new": uuid4()}
    nowhere = {name: uuid4() for name in there}
    for ids in (there, nowhere):
        filled = body and {key: value.format(**ids) for key, value in body.items()}
        answers.append(await h.call(STRANGER, method, V1 + path.format(**ids), filled))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert said(h, "retention")[-2:] == ["retention.request.refused.v1"] * 2
