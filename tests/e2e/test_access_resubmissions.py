"""Whoever asks for a film by the number of its second copy is led to the first, if they may know.

The refusal to show the entry is on record; the entry itself is never shown.
"""

from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from contracts.ingest import ClipResubmitted
from tests.support.house import House
from tests.support.said import of_type, say
from tests.support.showing import (
    AGENCY,
    CLIP,
    COLLEAGUE,
    HANDLER,
    LAWYER,
    OTHER_LAWYER,
    PARTY,
    STORY,
    STRANGER,
    V1,
    ask,
    quarantined,
    set_up,
)
from tests.support.telling_of_clips import resubmitted

ENTRY = uuid4()


def again(original_id: UUID = CLIP) -> ClipResubmitted:
    return resubmitted(original_id, ENTRY, AGENCY, HANDLER.subject)


@pytest.mark.parametrize("who", [HANDLER, COLLEAGUE, LAWYER, PARTY])
async def test_whoever_may_know_of_the_original_is_told_its_number(
    h: House, who: Requester
) -> None:
    await set_up(h, again())
    answer = await ask(h, who, clip_id=ENTRY)
    assert (answer.status_code, answer.json()["code"]) == (409, "access.clip-resubmitted")
    assert answer.json()["original_id"] == str(CLIP)
    (refused,) = of_type(h, "access.request.turned_away.v1")
    assert (refused["code"], refused["agency_id"]) == ("access.clip-resubmitted", str(AGENCY))
    assert refused["thing_id"] == str(ENTRY)
    assert of_type(h, "access.request.decided.v1") == []


async def test_the_same_key_then_asks_for_the_original(h: House) -> None:
    await set_up(h, again())
    key = uuid4()
    refused = await ask(h, HANDLER, clip_id=ENTRY, key=key)
    original_id = UUID(refused.json()["original_id"])
    asked = await ask(h, HANDLER, clip_id=original_id, key=key)
    assert (asked.status_code, asked.json()["clip_id"]) == (201, str(CLIP))


@pytest.mark.parametrize("who", [STRANGER, OTHER_LAWYER])
async def test_whoever_may_not_cannot_tell_an_entry_from_nothing(h: House, who: Requester) -> None:
    await set_up(h, again())
    answers = [await ask(h, who, clip_id=clip_id) for clip_id in (ENTRY, uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


async def test_its_own_agency_is_told_before_anybody_asks(h: House) -> None:
    await set_up(h, again())
    answer = await h.call(HANDLER, "GET", f"{V1}/clips/{ENTRY}")
    assert (answer.status_code, answer.json()["original_id"]) == (409, str(CLIP))
    assert (await h.call(STRANGER, "GET", f"{V1}/clips/{ENTRY}")).status_code == 404


async def test_an_entry_heard_of_before_everything_else_leads_the_same_way(h: House) -> None:
    await say(h, again(), quarantined(ENTRY), *STORY)
    answer = await ask(h, HANDLER, clip_id=ENTRY)
    assert (answer.status_code, answer.json()["original_id"]) == (409, str(CLIP))
