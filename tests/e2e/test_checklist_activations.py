"""Two people put a pack into force, and everybody may read what it says."""

import hashlib
import json
from uuid import uuid4

import pytest

from common.auth import Requester
from common.packs import Pack
from contracts.identity import Role
from tests.support.house import House
from tests.support.inspection import AGENCY
from tests.support.people import person
from tests.support.said import said

REVIEWER = person(Role.LEGAL_REVIEWER, agency_id=AGENCY)
LEADER = person(Role.LEADER, agency_id=AGENCY)
STRANGER = person(Role.LEADER, agency_id=uuid4())
S2 = {"pack": "s2-zezhou-yingji", "valid_from": "2026-01-01"}
ACTIVATED = "checklist.pack.activated.v1"
YEAR_OF_S1 = "2018-12-31", "2019-01-01"
REFUSED = "checklist.request.refused.v1"


async def refused(h: House, who: Requester, method: str, path: str, json: object = None) -> str:
    """The code of a refusal, with its status in front."""
    answer = await h.call(who, method, path, json)
    return f"{answer.status_code} {answer.json()['code']}"


async def test_one_proposes_and_another_confirms(h: House) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    proposed = await h.done(REVIEWER, "PUT", path, S2)
    again = await h.done(REVIEWER, "PUT", path, S2)
    assert said(h, "checklist") == []
    confirmed = await h.done(LEADER, "POST", f"{path}/confirm")
    repeated = await h.done(LEADER, "POST", f"{path}/confirm")
    assert said(h, "checklist") == [ACTIVATED]
    listed = await h.done(REVIEWER, "GET", "/checklist/v1/activations")
    hidden = await h.done(STRANGER, "GET", "/checklist/v1/activations")
    assert (proposed["state"], proposed["confirmed_by"]) == ("proposed", None)
    assert again == proposed
    assert (confirmed["state"], confirmed["confirmed_by"]) == ("confirmed", str(LEADER.subject))
    assert confirmed["sha256"] == Pack.shipped(S2["pack"]).sha256
    assert repeated == confirmed
    assert listed == {"items": [confirmed], "next": None}
    assert hidden["items"] == []


async def test_nobody_confirms_alone_and_the_attempt_is_on_record(h: House) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    await h.done(LEADER, "PUT", path, S2)
    said_no = await refused(h, LEADER, "POST", f"{path}/confirm")
    assert said(h, "checklist") == [REFUSED]
    assert said_no == "403 checklist.same-person"


async def test_another_agencys_proposal_cannot_be_told_from_none(h: House) -> None:
    path = "/checklist/v1/activations/{}/confirm"
    known = uuid4()
    await h.done(REVIEWER, "PUT", f"/checklist/v1/activations/{known}", S2)
    hidden = await h.call(STRANGER, "POST", path.format(known))
    unknown = await h.call(STRANGER, "POST", path.format(uuid4()))
    assert said(h, "checklist") == [REFUSED] * 2
    assert (hidden.status_code, hidden.content) == (404, unknown.content)
    assert hidden.json()["code"] == "checklist.activation-unknown"


async def test_an_id_serves_one_proposal(h: House) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    await h.done(REVIEWER, "PUT", path, S2)
    taken = [
        await refused(h, REVIEWER, "PUT", path, S2 | {"valid_from": "2026-01-02"}),
        await refused(h, REVIEWER, "PUT", path, S2 | {"pack": "s1-gaoxin-yingji"}),
        await refused(h, LEADER, "PUT", path, S2),
        await refused(h, STRANGER, "PUT", path, S2),
    ]
    assert taken == ["409 checklist.id-taken"] * 4


async def test_a_day_begins_one_law_only(h: House) -> None:
    first, second = (f"/checklist/v1/activations/{uuid4()}" for _ in range(2))
    for path in (first, second):
        await h.done(REVIEWER, "PUT", path, S2)
    await h.done(LEADER, "POST", f"{first}/confirm")
    assert await refused(h, LEADER, "POST", f"{second}/confirm") == "409 checklist.day-taken"
    later = f"/checklist/v1/activations/{uuid4()}"
    await h.done(REVIEWER, "PUT", later, S2 | {"valid_from": "2026-01-02"})
    await h.done(LEADER, "POST", f"{later}/confirm")
    assert said(h, "checklist").count(ACTIVATED) == 2


async def test_bytes_that_changed_since_the_proposal_are_not_put_into_force(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    await h.done(REVIEWER, "PUT", path, S2)
    newer = Pack(S2["pack"], {"pack.yaml": "version: 2"})
    with monkeypatch.context() as product:
        product.setattr(Pack, "shipped", lambda _name: newer)  # pyright: ignore[reportUnknownArgumentType, reportUnknownLambdaType] - monkeypatch is untyped here
        changed = await refused(h, LEADER, "POST", f"{path}/confirm")
    assert said(h, "checklist") == [REFUSED]
    assert changed == "409 checklist.pack-changed"


async def test_a_pack_is_shown_whole_and_its_digest_can_be_checked(h: House) -> None:
    lawyer = person(Role.LAWYER, agency_id=uuid4())
    listed = (await h.done(lawyer, "GET", "/checklist/v1/packs"))["items"]
    s2 = await h.done(lawyer, "GET", f"/checklist/v1/packs/{S2['pack']}")
    s1 = await h.done(lawyer, "GET", "/checklist/v1/packs/s1-gaoxin-yingji")
    unknown = [
        await refused(h, lawyer, "GET", f"/checklist/v1/packs/{name}")
        for name in ("s9", "..", "a" * 65, "%00", "s2_zezhou")
    ]
    in_body = await refused(
        h, LEADER, "PUT", f"/checklist/v1/activations/{uuid4()}", S2 | {"pack": "s9"}
    )
    assert {pack["name"] for pack in listed} >= {"s1-gaoxin-yingji", S2["pack"]}
    assert all(pack["head"]["issued_on"] or pack["head"]["issued_note"] for pack in listed)
    text = json.dumps(s2["files"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == s2["sha256"]
    rows = s2["checklist"]["rows"]
    assert [row["number"] for row in rows] == [str(number) for number in range(7, 17)]
    assert all(row["citation"] for row in rows)
    assert s1["checklist"] is None
    assert [code.split()[0] for code in unknown] == ["404", "404", "422", "422", "404"]
    assert in_body == "404 checklist.pack-unknown"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.UNIT_HEAD, Role.SUPERVISOR, Role.LAWYER])
async def test_what_law_rules_is_for_reviewers_and_leaders_to_say(h: House, role: Role) -> None:
    path = f"/checklist/v1/activations/{uuid4()}"
    said_no = await refused(h, person(role, agency_id=AGENCY), "PUT", path, S2)
    assert said_no == "403 common.not-for-role"


async def test_no_pack_rules_before_the_year_it_was_issued_in(h: House) -> None:
    path = "/checklist/v1/activations/{}"
    early, first = ({"pack": "s1-gaoxin-yingji", "valid_from": day} for day in YEAR_OF_S1)
    answer = await h.call(REVIEWER, "PUT", path.format(uuid4()), early)
    await h.done(REVIEWER, "PUT", path.format(uuid4()), first)
    await h.done(REVIEWER, "PUT", path.format(uuid4()), S2 | {"valid_from": "2010-01-01"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "checklist.before-issue")
    assert "不能早于 2019年1月1日" in problem["detail"]
