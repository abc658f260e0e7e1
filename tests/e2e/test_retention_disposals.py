"""The hold and the disposal of a case's clips, through HTTP."""

from uuid import uuid4

from tests.support.clock import FrozenClock
from tests.support.house import House
from tests.support.keeping import (
    CASE,
    CLIP,
    CUSTODIAN,
    OFFICER,
    REVIEWER,
    V1,
    YEAR,
    activated,
    confirm,
    dispose,
    ended,
    linked,
    opened,
    stored,
    unlinked,
)
from tests.support.said import said, say


async def test_disposal_is_refused_with_its_reason_and_stays_on_record(h: House) -> None:
    await say(h, activated(), opened(), stored(), linked(), ended())
    assert (await dispose(h)).json()["reason"] == "not_scheduled"
    await confirm(h, "5y")
    path, body = f"{V1}/disposals/{uuid4()}", {"clip_id": str(CLIP)}
    refused = await h.call(CUSTODIAN, "PUT", path, body)
    assert refused.status_code == 403
    assert refused.json()["reason"] == "period_running"
    assert "附件2 第十二条（四）" in refused.json()["detail"]
    assert (await h.call(CUSTODIAN, "PUT", path, body)).json() == refused.json()
    other = await h.call(CUSTODIAN, "PUT", path, {"clip_id": str(uuid4())})
    assert other.json()["code"] == "retention.clip-unknown"
    await confirm(h, "permanent")
    assert (await dispose(h)).json()["reason"] == "permanent"
    assert said(h, "retention").count("retention.disposal.refused.v1") == 3


async def test_a_hold_outlasts_the_period_until_it_is_released(
    h: House, clock: FrozenClock
) -> None:
    link = linked()
    await say(h, activated(), opened(), stored(), link, ended())
    await confirm(h, "5y")
    path, body = f"{V1}/holds/{uuid4()}", {"case_id": str(CASE), "mandate": "reconsideration"}
    hold = await h.done(REVIEWER, "PUT", path, body)
    assert await h.done(REVIEWER, "PUT", path, body) == hold
    changed = await h.call(REVIEWER, "PUT", path, body | {"mandate": "litigation"})
    assert (changed.status_code, changed.json()["code"]) == (409, "retention.id-taken")
    await say(h, unlinked(link))  # leaving the case frees nothing
    clock.move(7 * YEAR)
    held = (await dispose(h)).json()
    assert (held["reason"], held["citation"]) == ("held", "封存决定（行政复议）")
    assert (await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule"))["held"]
    released = await h.done(REVIEWER, "POST", f"{path}/release")
    assert released["released_at"]
    assert await h.done(REVIEWER, "POST", f"{path}/release") == released
    answer = await dispose(h)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "proposed")
    assert "鉴定" in answer.json()["detail"]
    assert said(h, "retention")[-4:] == [
        "retention.request.refused.v1",
        "retention.disposal.refused.v1",
        "retention.hold.released.v1",
        "retention.disposal.proposed.v1",
    ]


async def test_a_released_hold_is_not_placed_again_under_its_id(h: House) -> None:
    await say(h, activated(), opened(), stored(), linked(), ended())
    path, body = f"{V1}/holds/{uuid4()}", {"case_id": str(CASE), "mandate": "litigation"}
    await h.done(REVIEWER, "PUT", path, body)
    await h.done(REVIEWER, "POST", f"{path}/release")
    again = await h.call(REVIEWER, "PUT", path, body)
    assert (again.status_code, again.json()["code"]) == (409, "retention.hold-released")
    assert not (await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule"))["held"]
    await h.done(REVIEWER, "PUT", f"{V1}/holds/{uuid4()}", body)
    assert (await h.done(OFFICER, "GET", f"{V1}/clips/{CLIP}/schedule"))["held"]


async def test_an_accepted_disposal_asked_again_is_weighed_again(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(), opened(), stored(), linked(), ended())
    await confirm(h, "5y")
    clock.move(7 * YEAR)
    path, body = f"{V1}/disposals/{uuid4()}", {"clip_id": str(CLIP)}
    accepted = await h.call(CUSTODIAN, "PUT", path, body)
    assert accepted.status_code == 202
    assert (await h.call(CUSTODIAN, "PUT", path, body)).content == accepted.content
    hold = f"{V1}/holds/{uuid4()}"
    mandate = {"case_id": str(CASE), "mandate": "litigation"}
    await h.done(REVIEWER, "PUT", hold, mandate)
    for _ in range(2):
        refused = await h.call(CUSTODIAN, "PUT", path, body)
        assert (refused.status_code, refused.json()["reason"]) == (403, "held")
    await h.done(REVIEWER, "POST", f"{hold}/release")
    assert (await h.call(CUSTODIAN, "PUT", path, body)).json()["reason"] == "held"
    assert (await dispose(h)).status_code == 202
    assert said(h, "retention").count("retention.disposal.refused.v1") == 1
