"""What requests for a clip are judged by, told to the clip's own agency before it asks."""

from uuid import uuid4

import pytest

from common.auth import Requester
from common.packs import Pack
from tests.support.house import House
from tests.support.said import said, say
from tests.support.showing import (
    ADMINISTRATOR,
    CASE,
    CLIP,
    HANDLER,
    LAWYER,
    REVIEWER,
    STRANGER,
    UNIT,
    V1,
    archived,
    linked,
    opened,
    quarantined,
    set_up,
    stored,
)

TURNED_AWAY = "access.request.turned_away.v1"


async def test_a_colleague_sees_the_case_its_handlers_and_the_pack_in_force(h: House) -> None:
    await set_up(h, archived())
    answer = await h.call(REVIEWER, "GET", f"{V1}/clips/{CLIP}")
    assert answer.status_code == 200
    assert answer.json() == {
        "clip_id": str(CLIP),
        "quarantined": False,
        "cases": [
            {
                "case_id": str(CASE),
                "unit_id": str(UNIT),
                "category": "penalty",
                "archived": True,
                "handlers": [str(HANDLER.subject)],
            }
        ],
        "pack_sha256": Pack.shipped("s1-gaoxin-yingji").sha256,
    }


async def test_what_has_not_been_heard_yet_is_seen_to_be_missing(h: House) -> None:
    await say(h, stored())
    alone = (await h.call(REVIEWER, "GET", f"{V1}/clips/{CLIP}")).json()
    assert (alone["cases"], alone["pack_sha256"]) == ([], None)
    await say(h, linked())
    (case,) = (await h.call(REVIEWER, "GET", f"{V1}/clips/{CLIP}")).json()["cases"]
    assert (case["category"], case["archived"], case["handlers"]) == (None, False, [])
    await say(h, opened(), archived())
    (case,) = (await h.call(REVIEWER, "GET", f"{V1}/clips/{CLIP}")).json()["cases"]
    assert (case["category"], case["archived"]) == ("penalty", True)


async def test_a_quarantined_clip_is_said_to_be_so(h: House) -> None:
    await set_up(h, quarantined())
    assert (await h.call(REVIEWER, "GET", f"{V1}/clips/{CLIP}")).json()["quarantined"]


async def test_another_agency_cannot_tell_the_clip_from_none_and_that_is_on_record(
    h: House,
) -> None:
    await set_up(h)
    hidden = await h.call(STRANGER, "GET", f"{V1}/clips/{CLIP}")
    unknown = await h.call(STRANGER, "GET", f"{V1}/clips/{uuid4()}")
    assert (hidden.status_code, hidden.json()["code"]) == (404, "access.clip-unknown")
    assert hidden.json() == unknown.json()
    assert said(h, "access") == [TURNED_AWAY, TURNED_AWAY]


@pytest.mark.parametrize("who", [LAWYER, ADMINISTRATOR])
async def test_only_the_agency_s_own_people_may_ask_at_all(h: House, who: Requester) -> None:
    await set_up(h)
    assert (await h.call(who, "GET", f"{V1}/clips/{CLIP}")).status_code == 403
