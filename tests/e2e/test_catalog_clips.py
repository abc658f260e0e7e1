"""Clips as ingest tells of them: what they serve, marks in them, and those not to be used."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from tests.support.cabinet import (
    AGENCY,
    CUSTODIAN,
    OFFICER,
    OTHER_AGENCY,
    STRANGER,
    Cabinet,
    activity,
    case,
    probed,
    quarantined,
    stored,
    told,
)
from tests.support.people import person
from tests.support.register import introduce

UNIT = uuid4()
COLLEAGUE = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)


@pytest.fixture
async def c(c: Cabinet) -> Cabinet:
    await introduce(c.house, COLLEAGUE)
    return c


def link(c: Cabinet, **changes: UUID) -> dict[str, str]:
    ids = {"clip_id": c.clip_id, "activity_id": c.activity_id} | changes
    return {name: str(id_) for name, id_ in ids.items()}


def mark(c: Cabinet, offset_ms: int = 1000) -> dict[str, Any]:
    return link(c) | {"point": "certificate_shown", "offset_ms": offset_ms}


async def test_a_clip_is_known_once_ingest_told_of_it(c: Cabinet) -> None:
    known = await c.done(OFFICER, "GET", f"/clips/{c.clip_id}")
    assert (known["state"], known["carrier"]) == ("stored", "body_camera")
    assert (known["recorded_start"], known["decodable"]) == ("2026-01-05T06:00:00Z", None)
    await c.hear(probed(c.clip_id, 3_599_000))
    known = await c.done(OFFICER, "GET", f"/clips/{c.clip_id}")
    assert (known["decodable"], known["duration_ms"]) == (True, 3_599_000)


async def test_a_clip_not_heard_of_yet_is_unknown_and_a_moment_later_it_is_not(
    c: Cabinet,
) -> None:
    new, path = uuid4(), f"/links/{uuid4()}"
    answer = await c.call(OFFICER, "PUT", path, link(c, clip_id=new))
    assert told(answer) == (404, "catalog.clip-unknown")
    await c.hear(stored(new))
    assert (await c.call(OFFICER, "PUT", path, link(c, clip_id=new))).status_code == 201


async def test_a_link_is_announced_with_the_cases_unit_and_found_from_both_ends(
    c: Cabinet,
) -> None:
    link_id = uuid4()
    await c.done(CUSTODIAN, "PUT", f"/links/{link_id}", link(c))
    (linked,) = c.said("clip.linked")
    assert (linked["unit_id"], linked["case_id"]) == (str(AGENCY), str(c.case_id))
    of_case = await c.done(OFFICER, "GET", f"/cases/{c.case_id}")
    of_clip = await c.done(OFFICER, "GET", f"/clips/{c.clip_id}")
    assert of_case["links"] == of_clip["links"]
    assert of_clip["links"][0]["link_id"] == str(link_id)


async def test_another_units_officer_adds_nothing_to_a_case_and_trying_is_on_record(
    c: Cabinet,
) -> None:
    own = uuid4()
    await c.hear(stored(own, unit_id=UNIT))
    link_id = uuid4()
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link(c))
    step = f"/activities/{c.activity_id}"
    tries: list[tuple[str, str, object]] = [
        ("PUT", f"/activities/{uuid4()}", activity(c.case_id)),
        ("PUT", f"{step}/milestones/entered", {"at": "2026-01-05T06:05:00Z"}),
        ("PUT", f"{step}/conditions/measures_taken", {"holds": True}),
        ("PUT", f"/links/{uuid4()}", link(c, clip_id=own)),
        ("POST", f"/links/{link_id}/end", None),
        ("PUT", f"/marks/{uuid4()}", mark(c)),
        ("POST", f"/cases/{c.case_id}/end", {"ended_on": "2026-01-05", "traits": []}),
    ]
    for who in (COLLEAGUE, person(Role.OFFICER, agency_id=AGENCY)):
        for method, path, body in tries[:3] + tries[4:]:
            answer = await c.call(who, method, path, body)
            assert told(answer) == (403, "catalog.not-handling-unit"), path
    answer = await c.call(COLLEAGUE, *tries[3])
    assert told(answer) == (403, "catalog.not-handling-unit")
    assert "承办机构" in answer.json()["title"]
    assert [code for code, _, _ in c.refusals()] == ["catalog.not-handling-unit"] * 13
    assert c.refusals()[0][1:] == (str(c.case_id), str(AGENCY))
    said = [*c.said("activity.milestone"), *c.said("condition.declared"), *c.said("mark.added")]
    assert (said, len(c.said("clip.linked")), c.said("clip.unlinked")) == ([], 1, [])


async def test_an_officer_links_the_own_units_films_and_the_custodian_any(c: Cabinet) -> None:
    foreign, nobodys = uuid4(), uuid4()
    await c.hear(stored(foreign, unit_id=UNIT), stored(nobodys, unit_id=None))
    case_id, step = uuid4(), uuid4()
    await c.done(COLLEAGUE, "PUT", f"/cases/{case_id}", case(unit_id=str(UNIT)))
    await c.done(COLLEAGUE, "PUT", f"/activities/{step}", activity(case_id))
    for who, body in (
        (COLLEAGUE, link(c, activity_id=step)),
        (COLLEAGUE, link(c, activity_id=step, clip_id=nobodys)),
        (OFFICER, link(c, clip_id=foreign)),
    ):
        answer = await c.call(who, "PUT", f"/links/{uuid4()}", body)
        assert told(answer) == (403, "catalog.not-handling-unit")
    assert [thing for _, thing, _ in c.refusals()] == [str(c.clip_id), str(nobodys), str(foreign)]
    await c.done(COLLEAGUE, "PUT", f"/links/{uuid4()}", link(c, activity_id=step, clip_id=foreign))
    await c.done(OFFICER, "PUT", f"/links/{uuid4()}", link(c, clip_id=nobodys))
    away = person(Role.CUSTODIAN, agency_id=AGENCY)
    for clip_id in (c.clip_id, nobodys):
        await c.done(away, "PUT", f"/links/{uuid4()}", link(c, activity_id=step, clip_id=clip_id))


async def test_links_and_marks_are_made_once_and_never_changed(c: Cabinet) -> None:
    other = uuid4()
    await c.done(OFFICER, "PUT", f"/activities/{other}", activity(c.case_id))
    puts: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (f"/links/{uuid4()}", link(c), {"activity_id": str(other)}),
        (f"/marks/{uuid4()}", mark(c), {"offset_ms": 2000}),
    ]
    for path, body, change in puts:
        first = await c.call(OFFICER, "PUT", path, body)
        c.clock.move(timedelta(minutes=1))
        again = await c.call(OFFICER, "PUT", path, body)
        assert (first.status_code, again.content) == (201, first.content)
        assert told(await c.call(OFFICER, "PUT", path, body | change)) == (409, "catalog.id-taken")
    assert len(c.said("clip.linked")) == 1
    assert [event["offset_ms"] for event in c.said("mark.added")] == [1000]


async def test_the_same_link_under_another_id_is_refused_until_the_first_ends(
    c: Cabinet,
) -> None:
    first, second = uuid4(), uuid4()
    await c.done(OFFICER, "PUT", f"/links/{first}", link(c))
    answer = await c.call(OFFICER, "PUT", f"/links/{second}", link(c))
    assert told(answer) == (409, "catalog.already-linked")
    ended = await c.call(CUSTODIAN, "POST", f"/links/{first}/end")
    again = await c.call(OFFICER, "POST", f"/links/{first}/end")
    assert (ended.json()["ended_by"], again.content) == (str(CUSTODIAN.subject), ended.content)
    await c.done(OFFICER, "PUT", f"/links/{second}", link(c))
    found = await c.done(OFFICER, "GET", f"/clips/{c.clip_id}")
    assert [one["ended_at"] is None for one in found["links"]] == [False, True]
    (unlinked,) = c.said("clip.unlinked")
    assert (unlinked["link_id"], unlinked["case_id"]) == (str(first), str(c.case_id))


async def test_a_mark_lies_within_the_clip(c: Cabinet) -> None:
    """As long as the device said, until the file itself was measured."""
    for offset_ms, status in ((3_600_000, 201), (3_600_001, 422)):
        answer = await c.call(OFFICER, "PUT", f"/marks/{uuid4()}", mark(c, offset_ms))
        assert answer.status_code == status
    await c.hear(probed(c.clip_id, 60_000))
    answer = await c.call(OFFICER, "PUT", f"/marks/{uuid4()}", mark(c, 60_001))
    assert told(answer) == (422, "catalog.offset-outside")
    huge = await c.call(OFFICER, "PUT", f"/marks/{uuid4()}", mark(c, 10**30))
    assert told(huge) == (422, "common.invalid")


async def test_a_clip_in_quarantine_is_shown_and_serves_nothing(c: Cabinet) -> None:
    bad = uuid4()
    await c.hear(quarantined(bad), quarantined(c.clip_id))
    for clip_id in (bad, c.clip_id):
        assert (await c.done(OFFICER, "GET", f"/clips/{clip_id}"))["state"] == "quarantined"
        for path, body in (("links", link(c)), ("marks", mark(c))):
            answer = await c.call(
                OFFICER, "PUT", f"/{path}/{uuid4()}", body | {"clip_id": str(clip_id)}
            )
            assert told(answer) == (409, "catalog.clip-quarantined")
    await c.hear(stored(bad))
    assert (await c.done(OFFICER, "GET", f"/clips/{bad}"))["state"] == "stored"


async def test_another_agencys_clips_activities_and_links_look_like_none(c: Cabinet) -> None:
    link_id = uuid4()
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link(c))
    foreign, case_id, step = uuid4(), uuid4(), uuid4()
    await c.hear(stored(foreign, OTHER_AGENCY))
    await c.done(STRANGER, "PUT", f"/cases/{case_id}", case(unit_id=str(OTHER_AGENCY)))
    theirs = activity(case_id, officers=[str(STRANGER.subject)])
    await c.done(STRANGER, "PUT", f"/activities/{step}", theirs)

    def asks(clip_id: UUID, link_id: UUID) -> list[tuple[str, str, object]]:
        return [
            ("GET", f"/clips/{clip_id}", None),
            ("POST", f"/links/{link_id}/end", None),
            ("PUT", f"/links/{uuid4()}", link(c, clip_id=clip_id, activity_id=step)),
            ("PUT", f"/marks/{uuid4()}", mark(c) | link(c, clip_id=clip_id, activity_id=step)),
        ]

    for (method, path, body), (_, none, none_body) in zip(
        asks(c.clip_id, link_id), asks(uuid4(), uuid4()), strict=True
    ):
        answer = await c.call(STRANGER, method, path, body)
        unknown = await c.call(STRANGER, method, none, none_body)
        assert (answer.status_code, answer.content) == (404, unknown.content), path
    owners = [owner for _, _, owner in c.refusals()]
    assert owners == [str(AGENCY), str(OTHER_AGENCY)] * 4


async def test_a_clip_never_serves_another_agencys_activity(c: Cabinet) -> None:
    foreign = uuid4()
    await c.hear(stored(foreign, OTHER_AGENCY))
    for path, body in (("links", link(c)), ("marks", mark(c))):
        theirs = body | {"clip_id": str(foreign)}
        answer = await c.call(STRANGER, "PUT", f"/{path}/{uuid4()}", theirs)
        assert told(answer) == (404, "catalog.activity-unknown")
    assert c.said("clip.linked") == []
    assert {(code, owner) for code, _, owner in c.refusals()} == {
        ("catalog.activity-unknown", str(AGENCY))
    }


async def test_clips_that_serve_nothing_are_listed_until_they_are_linked(c: Cabinet) -> None:
    late, damaged, foreign = uuid4(), uuid4(), uuid4()
    await c.hear(stored(late), quarantined(damaged), stored(foreign, agency_id=OTHER_AGENCY))
    path, link_id = "/unlinked-clips", uuid4()

    async def listed(who: Any = OFFICER, more: str = "") -> list[str]:  # noqa: ANN401 - JSON
        answer = await c.done(who, "GET", path + more)
        return [item["clip_id"] for item in answer["items"]]

    both = await listed()
    assert set(both) == {str(c.clip_id), str(late)}
    first = await c.done(OFFICER, "GET", f"{path}?limit=1")
    assert [first["items"][0]["clip_id"], first["next"]] == [both[0], both[0]]
    assert await listed(more=f"?cursor={both[0]}") == [both[1]]
    assert await listed(STRANGER) == [str(foreign)]
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link(c))
    assert await listed() == [str(late)]
    await c.done(OFFICER, "POST", f"/links/{link_id}/end")
    assert set(await listed()) == {str(c.clip_id), str(late)}
