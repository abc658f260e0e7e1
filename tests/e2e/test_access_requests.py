"""Who may have a clip: asked, approved and refused through HTTP, all of it on record."""

from datetime import date
from itertools import permutations
from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from common.events import Event
from contracts.identity import Role
from tests.support.house import House
from tests.support.people import person
from tests.support.said import said, say
from tests.support.showing import (
    ADMINISTRATOR,
    AGENCY,
    BOTH,
    CASE,
    CLIP,
    COLLEAGUE,
    HANDLER,
    HEAD,
    LAWYER,
    LEADER,
    LINK,
    OTHER_HEAD,
    OTHER_LAWYER,
    PACK,
    PARTY,
    REVIEWER,
    STORY,
    STRANGER,
    SUPERVISOR,
    UNIT,
    V1,
    activated,
    approve,
    archived,
    ask,
    asked,
    handled,
    linked,
    opened,
    quarantined,
    set_up,
    stored,
    unlinked,
)

DECIDED, APPROVAL = "access.request.decided.v1", "access.approval.decided.v1"
TURNED_AWAY = "access.request.turned_away.v1"


async def test_who_is_refused_a_copy_is_told_for_which_purposes_one_may_be_asked_for(
    h: House,
) -> None:
    await set_up(h, archived())
    request_id = uuid4()
    for _ in range(2):
        refused = await ask(h, COLLEAGUE, "copy", key=request_id)
        problem = refused.json()
        assert (refused.status_code, problem["rule_id"]) == (403, "s1.a3-12.otherwise")
        assert problem["purposes"] == ["supervision", "case_study", "litigation"]
        assert problem["detail"].endswith("：supervision、case_study、litigation")
    hopeless = await ask(h, PARTY, purpose="own_case")
    assert hopeless.json()["purposes"] == []


async def test_a_lawyer_is_refused_recordings_with_the_article(h: House) -> None:
    await set_up(h, archived())
    for who in (LAWYER, PARTY):
        answer = await ask(h, who, purpose="own_case")
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (403, "access.refused")
        assert (problem["rule_id"], problem["citation"]) == (
            "s1.a4-5.party-or-lawyer",
            "平开应急〔2019〕25号 附件4 第五条",
        )
        assert problem["detail"].startswith(
            "依据平开应急〔2019〕25号 附件4 第五条：行政相对人或其代理律师"
        )
    assert said(h, "access") == [DECIDED, DECIDED]


async def test_before_archiving_the_general_prohibition_refuses_the_lawyer(h: House) -> None:
    await set_up(h)
    problem = (await ask(h, LAWYER, purpose="own_case")).json()
    assert problem["citation"] == "平开应急〔2019〕25号 附件3 第十二条"


async def test_who_may_not_know_of_a_clip_cannot_tell_it_from_an_unknown_one(h: House) -> None:
    await set_up(h)
    for who in (OTHER_LAWYER, STRANGER, SUPERVISOR, ADMINISTRATOR):
        first, second = uuid4(), uuid4()
        hidden = await ask(h, who, key=first)
        unknown = await ask(h, who, clip_id=uuid4(), key=second)
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.content == unknown.content
        # Neither do the ids that the two requests used up, nor looking at them.
        again = [await ask(h, who, clip_id=uuid4(), key=used) for used in (first, second)]
        assert again[0].content == again[1].content
        assert again[0].status_code == 409
        looks = [await h.call(who, "GET", f"{V1}/requests/{used}") for used in (first, second)]
        assert looks[0].content == looks[1].content
        assert looks[0].status_code == 404
    assert said(h, "access") == [TURNED_AWAY] * 6 * 4


async def test_a_refused_request_stays_refused_and_is_recorded_once(h: House) -> None:
    await set_up(h, archived())
    key = uuid4()
    first = await ask(h, LAWYER, purpose="own_case", key=key)
    again = await ask(h, LAWYER, purpose="own_case", key=key)
    assert again.content == first.content
    assert said(h, "access") == [DECIDED]
    shown = await h.done(LAWYER, "GET", f"{V1}/requests/{first.json()['request_id']}")
    assert (shown["outcome"], shown["steps"]) == ("refused", [])


async def test_a_key_belongs_to_one_request_and_using_it_for_another_is_on_record(h: House) -> None:
    await set_up(h)
    key = uuid4()
    first = await ask(h, COLLEAGUE, key=key)
    assert (await ask(h, COLLEAGUE, key=key)).json() == first.json()
    taken = await ask(h, COLLEAGUE, purpose="supervision", key=key)
    assert (taken.status_code, taken.json()["code"]) == (409, "access.id-taken")
    assert said(h, "access") == [DECIDED, TURNED_AWAY]


async def test_a_key_tells_nobody_that_another_has_used_it(h: House) -> None:
    await set_up(h)
    key = uuid4()
    first = await ask(h, COLLEAGUE, key=key)
    used = UUID(first.json()["request_id"])
    for who in (HANDLER, LAWYER, STRANGER):
        codes = [(await ask(h, who, key=one)).status_code for one in (key, used, uuid4())]
        assert codes == [codes[0]] * 3
        assert codes[0] != 409
    own = await ask(h, HANDLER, key=key)
    assert own.json()["request_id"] != str(used)


async def test_an_agency_without_rules_is_asked_for_them(h: House) -> None:
    await say(h, opened(), linked(), stored())
    first = (await ask(h, COLLEAGUE)).json()
    await say(h, activated("s2-zezhou-yingji"))
    second = (await ask(h, COLLEAGUE)).json()
    for problem in (first, second):
        assert (problem["code"], problem["rule_id"]) == ("access.refused", "no-rule")
        assert "须由本机关先行明确审批人" in problem["detail"]
    assert (await ask(h, STRANGER)).status_code == 404


async def test_rules_bind_from_their_first_day(h: House) -> None:
    await say(h, opened(), linked(), stored(), activated(valid_from=date(2026, 1, 6)))
    assert (await ask(h, COLLEAGUE)).json()["rule_id"] == "no-rule"


async def test_the_cases_handler_sees_an_archived_clip_at_once(h: House) -> None:
    await set_up(h)
    waiting = (await ask(h, HANDLER, purpose="case_handling")).json()
    assert (waiting["outcome"], waiting["rule_id"]) == ("pending", "s1.a2-10.own-staff")
    await say(h, archived())
    granted = (await ask(h, HANDLER, purpose="case_handling")).json()
    assert (granted["outcome"], granted["citation"]) == (
        "granted",
        "平开应急〔2019〕25号 附件4 第三条",
    )
    assert (await ask(h, COLLEAGUE, purpose="case_handling")).json()["outcome"] == "pending"


async def test_a_colleague_sees_with_the_handling_units_consent(h: House) -> None:
    await set_up(h)
    request = await asked(h, COLLEAGUE)
    assert (await approve(h, OTHER_HEAD, request, "consent")).json()["code"] == (
        "access.not-approver"
    )
    assert (await h.done(COLLEAGUE, "GET", request))["outcome"] == "pending"
    granted = (await approve(h, HEAD, request, "consent")).json()
    assert granted["outcome"] == "granted"
    assert granted["steps"] == [
        {
            "step": "consent",
            "role": "unit_head",
            "label": "案件承办处室同意",
            "citation": "平开应急〔2019〕25号 附件2 第十条",
            "decided_by": str(HEAD.subject),
            "approved": True,
        }
    ]
    again = await approve(h, HEAD, request, "consent")
    assert (again.status_code, again.json()) == (200, granted)
    assert said(h, "access") == [DECIDED, APPROVAL, APPROVAL]


async def test_a_copy_takes_review_and_approval_by_two_people(h: House) -> None:
    await set_up(h)
    request = await asked(h, COLLEAGUE, "copy", "litigation")
    tries = [
        (LEADER, "approve", 409, "access.out-of-order"),
        (HEAD, "review", 403, "access.not-approver"),
        (BOTH, "review", 200, None),
        (BOTH, "approve", 403, "access.same-person"),
        (REVIEWER, "review", 409, "access.already-decided"),
        (REVIEWER, "approve", 403, "access.not-approver"),
        (LEADER, "consent", 404, "access.step-unknown"),
        (LEADER, "approve", 200, None),
        (BOTH, "approve", 403, "access.same-person"),
    ]
    for who, step, status, code in tries:
        answer = await approve(h, who, request, step)
        assert (answer.status_code, answer.json().get("code")) == (status, code)
    shown = await h.done(COLLEAGUE, "GET", request)
    assert shown["outcome"] == "granted"
    assert [step["decided_by"] for step in shown["steps"]] == [
        str(BOTH.subject),
        str(LEADER.subject),
    ]
    assert said(h, "access") == [DECIDED, *[APPROVAL] * 6, TURNED_AWAY, *[APPROVAL] * 2]


async def test_nobody_approves_a_request_of_their_own(h: House) -> None:
    await set_up(h)
    own = await asked(h, HEAD)
    refused = await approve(h, HEAD, own, "consent")
    assert (refused.status_code, refused.json()["code"]) == (403, "access.own-request")
    assert (await h.done(HEAD, "GET", own))["outcome"] == "pending"


async def test_a_declined_request_is_refused_for_good(h: House) -> None:
    await set_up(h)
    request = await asked(h, COLLEAGUE, "copy", "supervision")
    declined = (await approve(h, REVIEWER, request, "review", approve=False)).json()
    assert declined["outcome"] == "refused"
    late = await approve(h, LEADER, request, "approve")
    assert late.json()["code"] == "access.already-decided"


@pytest.mark.parametrize("who", [STRANGER, SUPERVISOR, LAWYER])
async def test_people_of_elsewhere_decide_nothing_and_learn_nothing(
    h: House, who: Requester
) -> None:
    await set_up(h)
    request = await asked(h, COLLEAGUE)
    hidden = await approve(h, who, request, "consent")
    unknown = await approve(h, who, f"{V1}/requests/{uuid4()}", "consent")
    assert hidden.status_code in {403, 404}
    assert hidden.content == unknown.content
    assert (await h.done(COLLEAGUE, "GET", request))["outcome"] == "pending"
    assert said(h, "access") == [DECIDED, TURNED_AWAY, TURNED_AWAY]


async def test_everybody_sees_what_waits_for_them(h: House) -> None:
    await set_up(h)
    view = await asked(h, COLLEAGUE)
    copy = await asked(h, COLLEAGUE, "copy", "litigation")

    async def waiting(who: Requester) -> list[str]:
        page = await h.done(who, "GET", f"{V1}/requests?state=pending")
        assert page["next"] is None
        return [f"{V1}/requests/{item['request_id']}" for item in page["items"]]

    assert (await waiting(HEAD), await waiting(OTHER_HEAD)) == ([view], [])
    assert (await waiting(REVIEWER), await waiting(LEADER)) == ([copy], [])
    await approve(h, REVIEWER, copy, "review")
    assert (await waiting(REVIEWER), await waiting(LEADER)) == ([], [copy])
    assert await waiting(STRANGER) == []
    own = await h.done(COLLEAGUE, "GET", f"{V1}/requests")
    assert {item["outcome"] for item in own["items"]} == {"pending"}
    assert len(own["items"]) == 2


async def test_a_quarantined_clip_is_refused_whatever_the_rules_say(h: House) -> None:
    await set_up(h, archived(), quarantined())
    problem = (await ask(h, HANDLER, purpose="case_handling")).json()
    assert (problem["code"], problem["rule_id"]) == ("access.refused", "quarantined")
    assert (await ask(h, STRANGER)).status_code == 404


async def test_a_clip_of_no_case_has_no_unit_that_could_consent(h: House) -> None:
    await set_up(h, unlinked())
    assert (await ask(h, COLLEAGUE)).json()["rule_id"] == "s1.a3-12.otherwise"
    assert (await ask(h, LAWYER, purpose="own_case")).status_code == 404


async def test_another_agencys_link_opens_nothing(h: House) -> None:
    await say(h, activated(), opened(), stored(), linked(agency_id=uuid4()))
    assert (await ask(h, LAWYER, purpose="own_case")).status_code == 404


async def test_the_order_in_which_owners_speak_changes_nothing(h: House) -> None:
    """Tell one story in every order of its owners, each time of another agency."""
    by_owner = [[activated()], [opened(), archived(), handled()], [linked()], [stored()]]
    answers: set[tuple[str, ...]] = set()
    for order in permutations(by_owner):
        new = {old: uuid4() for old in (AGENCY, CASE, CLIP, LINK, PACK, handled().activity_id)}
        await say(h, *(_renamed(event, new) for events in order for event in events))
        lawyer = person(Role.LAWYER, agency_id=new[AGENCY], bound_to=frozenset({new[CASE]}))
        colleague = person(Role.OFFICER, agency_id=new[AGENCY], unit_id=UNIT)
        handler = HANDLER.model_copy(update={"agency_id": new[AGENCY]})
        asks = ((lawyer, "own_case"), (colleague, "work"), (handler, "work"))
        problems = [await ask(h, who, purpose=why, clip_id=new[CLIP]) for who, why in asks]
        answers.add(tuple(problem.json()["rule_id"] for problem in problems))
    assert answers == {("s1.a4-5.party-or-lawyer", "s1.a2-10.own-staff", "s1.a4-3.case-handler")}


async def test_news_told_twice_changes_nothing(h: House) -> None:
    await set_up(h, *STORY, archived(), archived())
    assert (await ask(h, LAWYER, purpose="own_case")).json()[
        "citation"
    ] == "平开应急〔2019〕25号 附件4 第五条"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"clip_id": str(CLIP), "manner": "view", "purpose": "curiosity"},
        {"clip_id": str(CLIP), "manner": "borrow", "purpose": "work"},
        {"clip_id": "../x", "manner": "view", "purpose": "work"},
        {"clip_id": str(CLIP), "manner": "view", "purpose": "work", "force": True},
    ],
)
async def test_a_purpose_outside_the_list_is_no_purpose(h: House, body: dict[str, object]) -> None:
    answer = await h.call(COLLEAGUE, "PUT", f"{V1}/requests/{uuid4()}", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "common.invalid")


def _renamed(event: Event, new: dict[UUID, UUID]) -> Event:
    ids = {name: new[value] for name, value in event if isinstance(value, UUID) and value in new}
    return event.model_copy(update=ids)
