"""A quarantined film is reviewed by a person: its digest was said wrongly, or it is damaged.

The films of these tests end at 09:02 on 5 January 2026 in Asia/Shanghai; now is 17:00 that day.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from contracts.identity import Role
from ingest.store.duties import to_look_at
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.late import keep, say_digest
from tests.support.packs import activated
from tests.support.people import person
from tests.support.said import of_type, say
from tests.support.uploads import announce, ask, begin, clip, send, upload

S4 = "s4-xinle-fagai"
AGENCY, UNIT = uuid4(), uuid4()
OFFICER = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
BOTH = person(Role.OFFICER, Role.CUSTODIAN, agency_id=AGENCY)
"""Goes out with a device too."""
HEAD = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=UNIT)
ELSEWHERE = person(Role.CUSTODIAN, agency_id=uuid4())
FILM = bytes(range(256)) * 40
OTHER = FILM[::-1]
STORED, REVIEWED = "ingest.clip.stored.v1", "ingest.clip.quarantine_reviewed.v1"
OVERDUE, REFUSED = "ingest.duty.overdue.v1", "ingest.request.refused.v1"
DAY = timedelta(days=1)
WRONG = {"finding": "digest_wrong", "reason": "原机现场比对，申报的是另一段的摘要"}
DAMAGED = {"finding": "damaged", "reason": "存储卡损坏，后半段不能读出"}


async def put_apart(h: House) -> UUID:
    """A film that was kept, and of which a colleague then said a wrong digest."""
    place, clip_id = await keep(h, OFFICER, FILM)
    assert (await say_digest(h, COLLEAGUE, place, OTHER)).status_code == 422
    await settle(h.app)
    return clip_id


async def spoilt(h: House, film: bytes = FILM) -> tuple[str, UUID]:
    """A film of which other bytes came than were announced."""
    location, clip_id = await begin(h, OFFICER, film)
    assert (await send(h, OFFICER, location, 0, film[:-1] + b"!")).status_code == 422
    await settle(h.app)
    return location, clip_id


def place_of(clip_id: UUID, review_id: UUID | None = None) -> str:
    return f"/ingest/v1/clips/{clip_id}/quarantine/reviews/{review_id or uuid4()}"


async def reviewed(h: House, who: Requester, clip_id: UUID, words: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    found = await h.done(who, "PUT", place_of(clip_id), words)
    await settle(h.app)
    return found


async def refused(h: House, who: Requester, clip_id: UUID, words: dict[str, str]) -> str:
    """Why a person may not review it; nothing came of it, and it is on record."""
    before = len(of_type(h, REFUSED))
    answer = await h.call(who, "PUT", place_of(clip_id), json=words)
    assert answer.status_code in {403, 404, 409}
    assert len(of_type(h, REFUSED)) == before + 1
    assert of_type(h, REVIEWED) == []
    return answer.json()["code"]


async def standing(h: House, clip_id: UUID) -> tuple[str, str]:
    found = await h.done(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}/duties")
    (duty,) = (duty for duty in found["duties"] if duty["rule_id"] == "s4.23-1")
    return duty["state"], duty["why"]


async def to_do(h: House) -> list[str]:
    found = await h.done(CUSTODIAN, "GET", "/ingest/v1/duties", params={"state": "late"})
    return [duty["clip_id"] for duty in found["items"]]


async def test_a_film_whose_digest_was_said_wrongly_is_the_recording_again(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    clip_id = await put_apart(h)
    clock.move(DAY)
    await settle(h.app)
    assert await to_do(h) == [str(clip_id)]
    await reviewed(h, CUSTODIAN, clip_id, WRONG)
    known = await clip(h, OFFICER, clip_id)
    assert (known["state"], known["digest_unconfirmed"]) == ("stored", False)
    assert known["sha256"] == sha256(FILM).hexdigest()
    assert known["said_sha256"] == sha256(OTHER).hexdigest()
    assert await to_do(h) == []
    assert (await standing(h, clip_id))[0] == "met"  # its bytes were there in time
    filed = await h.done(OFFICER, "GET", f"/catalog/v1/clips/{clip_id}")
    assert filed["state"] == "stored"


async def test_the_finding_and_both_digests_are_told_and_stay_on_record(
    h: House, clock: FrozenClock
) -> None:
    clip_id = await put_apart(h)
    await reviewed(h, CUSTODIAN, clip_id, WRONG)
    (told,) = of_type(h, REVIEWED)
    assert (told["finding"], told["reviewed_by"]) == ("digest_wrong", str(CUSTODIAN.subject))
    assert told["announced_sha256"] == sha256(OTHER).hexdigest()
    assert told["received_sha256"] == sha256(FILM).hexdigest()
    assert "reason" not in told  # an event holds no free text
    first, again = of_type(h, STORED)
    assert (first["released_by"], again["released_by"]) == (None, str(CUSTODIAN.subject))
    assert again["sha256"] == first["sha256"] == sha256(FILM).hexdigest()
    record = await h.done(CUSTODIAN, "GET", f"/ingest/v1/clips/{clip_id}/quarantine")
    assert (record["sha256"], record["said_sha256"]) == (
        sha256(FILM).hexdigest(),
        sha256(OTHER).hexdigest(),
    )
    assert record["said_by"] == str(COLLEAGUE.subject)
    (one,) = record["reviews"]
    assert (one["reason"], one["reviewed_by"]) == (WRONG["reason"], str(CUSTODIAN.subject))
    assert one["reviewed_at"][:16] == f"{clock.now():%Y-%m-%dT%H:%M}"


async def test_what_was_read_of_its_bytes_before_is_not_forgotten(h: House) -> None:
    clip_id = await put_apart(h)
    before = await h.done(OFFICER, "GET", f"/catalog/v1/clips/{clip_id}")
    await reviewed(h, CUSTODIAN, clip_id, WRONG)
    after = await h.done(OFFICER, "GET", f"/catalog/v1/clips/{clip_id}")
    assert before["decodable"] is False
    assert after["decodable"] is False


async def test_a_film_that_was_never_stored_is_read_when_it_is_let_out(h: House) -> None:
    location, clip_id = await spoilt(h)
    assert (await clip(h, OFFICER, clip_id))["facts"] is None
    await reviewed(h, CUSTODIAN, clip_id, WRONG)
    known = await clip(h, OFFICER, clip_id)
    assert (known["state"], known["facts"]["decodable"]) == ("stored", False)
    assert (await ask(h, OFFICER, location)).status_code == 200


async def test_a_damaged_film_stays_apart_and_its_duty_has_failed(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await spoilt(h)
    clock.move(DAY)
    await settle(h.app)
    assert await to_do(h) == [str(clip_id)]
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED)
    assert await to_do(h) == []
    state, why = await standing(h, clip_id)
    assert (state, "确已损坏" in why) == ("failed", True)
    assert (await clip(h, OFFICER, clip_id))["state"] == "quarantined"
    assert h.ctx("ingest").objects.size_bytes(sha256(FILM[:-1] + b"!").hexdigest()) == len(FILM)
    clock.move(DAY)
    await settle(h.app)
    assert len(of_type(h, OVERDUE)) == 1


async def test_a_duty_that_fails_when_it_is_late_is_told_of_once(
    h: House, clock: FrozenClock
) -> None:
    """Nobody looked at the clock between: its end is told of with the finding."""
    await say(h, activated(AGENCY, S4))
    _, clip_id = await spoilt(h)
    clock.move(DAY)
    await h.done(CUSTODIAN, "PUT", place_of(clip_id), DAMAGED)
    await h.done(CUSTODIAN, "PUT", place_of(clip_id), DAMAGED | {"reason": "再次核对，仍不能读出"})
    await settle(h.app)
    assert len(of_type(h, OVERDUE)) == 1


async def test_a_duty_that_fails_before_it_is_late_is_told_of_when_it_is(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await spoilt(h)
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED)
    assert ((await standing(h, clip_id))[0], of_type(h, OVERDUE)) == ("failed", [])
    clock.move(DAY)
    await settle(h.app)
    await settle(h.app)
    assert [it["clip_id"] for it in of_type(h, OVERDUE)] == [str(clip_id)]
    assert (await to_do(h), (await standing(h, clip_id))[0]) == ([], "failed")


async def test_nobody_looks_again_at_a_failed_duty_of_what_was_replaced(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await spoilt(h)
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED)
    better = await upload(h, OFFICER, b"the same recording, exported once more")
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED | {"replaced_by": str(better)})
    clock.move(DAY)
    ctx = h.ctx("ingest")
    with ctx.db.snapshot() as session:
        assert to_look_at(session, clock.now(), 9) == []
    await settle(h.app)
    assert of_type(h, OVERDUE) == []


async def test_a_damaged_film_is_replaced_by_another_that_is_kept(
    h: House, clock: FrozenClock
) -> None:
    await say(h, activated(AGENCY, S4))
    _, clip_id = await spoilt(h)
    clock.move(DAY)
    better = await upload(h, OFFICER, b"the same recording, exported once more")
    assert str(clip_id) in await to_do(h)
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED | {"replaced_by": str(better)})
    assert await to_do(h) == []
    (told,) = of_type(h, REVIEWED)
    assert (told["finding"], told["replaced_by"]) == ("damaged", str(better))


async def test_a_later_finding_counts_and_the_earlier_one_stays(h: House) -> None:
    clip_id = await put_apart(h)
    await reviewed(h, CUSTODIAN, clip_id, DAMAGED)
    await reviewed(h, HEAD, clip_id, WRONG)
    assert (await clip(h, OFFICER, clip_id))["state"] == "stored"
    record = await h.done(CUSTODIAN, "GET", f"/ingest/v1/clips/{clip_id}/quarantine")
    assert [one["finding"] for one in record["reviews"]] == ["damaged", "digest_wrong"]


async def test_a_finding_is_kept_once_and_never_changed(h: House) -> None:
    clip_id = await put_apart(h)
    place = place_of(clip_id)
    first = await h.done(CUSTODIAN, "PUT", place, DAMAGED)
    assert await h.done(CUSTODIAN, "PUT", place, DAMAGED) == first
    other = await h.call(CUSTODIAN, "PUT", place, json=WRONG)
    assert (other.status_code, other.json()["code"]) == (409, "ingest.entry-taken")
    assert len(of_type(h, REVIEWED)) == 1


async def test_only_somebody_in_charge_who_has_no_part_in_it_reviews(h: House) -> None:
    clip_id = await put_apart(h)
    assert await refused(h, COLLEAGUE, clip_id, WRONG) == "common.not-for-role"
    said_it = COLLEAGUE.model_copy(update={"roles": CUSTODIAN.roles})
    assert await refused(h, said_it, clip_id, WRONG) == "ingest.reviewer-involved"
    filmed_it = OFFICER.model_copy(update={"roles": CUSTODIAN.roles})
    assert await refused(h, filmed_it, clip_id, WRONG) == "ingest.reviewer-involved"
    unknown = await h.call(CUSTODIAN, "PUT", place_of(uuid4()), json=WRONG)
    another = await h.call(ELSEWHERE, "PUT", place_of(clip_id), json=WRONG)
    assert (another.status_code, another.content) == (404, unknown.content)
    assert (await clip(h, OFFICER, clip_id))["state"] == "quarantined"


async def test_a_head_reviews_what_the_unit_filmed(h: House) -> None:
    words = {"unit_id": str(uuid4())}
    answer = await announce(h, OFFICER, FILM, None, **words)
    clip_id = UUID(answer.headers["clip-id"])
    await send(h, OFFICER, answer.headers["location"], 0, OTHER)
    assert await refused(h, HEAD, clip_id, WRONG) == "ingest.not-your-clip"
    looked = await h.call(HEAD, "GET", f"/ingest/v1/clips/{clip_id}/quarantine")
    assert looked.json()["code"] == "ingest.not-your-clip"


async def said_later(h: House, clip_id: UUID, **words: object) -> None:
    await h.done(OFFICER, "PUT", f"/ingest/v1/clips/{clip_id}/completions/{uuid4()}", words)


async def test_who_filmed_does_not_choose_the_head_who_reviews(h: House) -> None:
    chosen = person(Role.UNIT_HEAD, agency_id=AGENCY, unit_id=uuid4())
    clip_id = await put_apart(h)
    await said_later(h, clip_id, unit_id=str(chosen.unit_id))
    assert await refused(h, chosen, clip_id, WRONG) == "ingest.not-your-clip"
    await reviewed(h, HEAD, clip_id, WRONG)


async def test_what_no_unit_filmed_is_reviewed_by_a_custodian_alone(h: House) -> None:
    location, clip_id = await begin(h, COLLEAGUE, FILM)
    await send(h, COLLEAGUE, location, 0, OTHER)
    assert (await clip(h, COLLEAGUE, clip_id))["state"] == "quarantined"
    assert await refused(h, HEAD, clip_id, WRONG) == "ingest.not-your-clip"
    of_none = person(Role.UNIT_HEAD, agency_id=AGENCY)
    assert await refused(h, of_none, clip_id, WRONG) == "ingest.not-your-clip"
    await reviewed(h, CUSTODIAN, clip_id, WRONG)


async def test_who_carried_the_act_out_does_not_review_it_even_if_no_longer_named(
    h: House,
) -> None:
    clip_id = await put_apart(h)
    await said_later(h, clip_id, officers=[str(HEAD.subject)])
    await said_later(h, clip_id, officers=[str(OFFICER.subject)])
    assert await refused(h, HEAD, clip_id, WRONG) == "ingest.reviewer-involved"


async def test_who_was_named_with_the_announcement_carried_it_out_too(h: House) -> None:
    answer = await announce(h, OFFICER, FILM, None, officers=str(HEAD.subject))
    clip_id = UUID(answer.headers["clip-id"])
    await send(h, OFFICER, answer.headers["location"], 0, OTHER)
    await said_later(h, clip_id, officers=[str(OFFICER.subject)])
    assert await refused(h, HEAD, clip_id, WRONG) == "ingest.reviewer-involved"


async def test_only_what_is_kept_apart_is_reviewed(h: House) -> None:
    _, on_its_way = await begin(h, OFFICER, OTHER)
    assert await refused(h, CUSTODIAN, on_its_way, WRONG) == "ingest.clip-unknown"
    assert await refused(h, CUSTODIAN, await upload(h, OFFICER, FILM), WRONG) == (
        "ingest.not-quarantined"
    )


@pytest.mark.parametrize("whose", ["its own", "unknown", "quarantined", "another device's"])
async def test_a_recording_is_replaced_by_no_other_than_itself(h: House, whose: str) -> None:
    _, clip_id = await spoilt(h)
    others = {"its own": clip_id, "unknown": uuid4(), "quarantined": (await spoilt(h, OTHER))[1]}
    if whose == "another device's":
        answer = await announce(h, OFFICER, b"other", None, device_no="执法仪-0018")
        await send(h, OFFICER, answer.headers["location"], 0, b"other")
        others[whose] = UUID(answer.headers["clip-id"])
    words = DAMAGED | {"replaced_by": str(others[whose])}
    assert await refused(h, CUSTODIAN, clip_id, words) == "ingest.replacement-unfit"


async def own_film(h: House) -> UUID:
    return await upload(h, BOTH, b"of the reviewer's own")


async def said_by_the_reviewer(h: House) -> UUID:
    place, clip_id = await keep(h, OFFICER, OTHER)
    assert (await say_digest(h, BOTH, place, OTHER)).status_code == 204
    return clip_id


async def entry_of_own_film(h: House) -> UUID:
    own = await own_film(h)
    again = await upload(h, OFFICER, b"of the reviewer's own")
    assert (await clip(h, OFFICER, again))["original_id"] == str(own)
    return again


@pytest.mark.parametrize("brought", [own_film, said_by_the_reviewer, entry_of_own_film])
async def test_nobody_puts_a_film_of_their_own_in_place_of_a_damaged_one(
    h: House, brought: Callable[[House], Awaitable[UUID]]
) -> None:
    _, clip_id = await spoilt(h)
    words = DAMAGED | {"replaced_by": str(await brought(h))}
    assert await refused(h, BOTH, clip_id, words) == "ingest.reviewer-involved"
    await reviewed(h, CUSTODIAN, clip_id, words)


async def test_what_is_the_recording_needs_no_other(h: House) -> None:
    clip_id = await put_apart(h)
    words = WRONG | {"replaced_by": str(uuid4())}
    answer = await h.call(CUSTODIAN, "PUT", place_of(clip_id), json=words)
    assert answer.status_code == 422
