"""Stages, milestones, conditions and content points are words of the lists that rule a case."""

from typing import Any
from uuid import uuid4

import pytest

from tests.support.cabinet import (
    AGENCY,
    OFFICER,
    OTHER_AGENCY,
    Cabinet,
    activity,
    case,
    told,
)
from tests.support.packs import S1, S2, activated
from tests.support.said import say


def misspelt(c: Cabinet) -> list[tuple[str, dict[str, Any], list[str], str]]:
    """Requests with one wrong word each, where it stands, and what was meant."""
    step = f"/activities/{c.activity_id}"
    mark = {"clip_id": str(c.clip_id), "activity_id": str(c.activity_id), "offset_ms": 1}
    return [
        (
            f"/activities/{uuid4()}",
            activity(c.case_id, stage="onsite_inspection"),
            ["body", "stage"],
            "on_site_inspection",
        ),
        (
            f"{step}/milestones/entred",
            {"at": "2026-01-05T06:05:00Z"},
            ["path", "milestone"],
            "entered",
        ),
        (
            f"{step}/conditions/measure_taken",
            {"holds": True},
            ["path", "condition"],
            "measures_taken",
        ),
        (
            f"/marks/{uuid4()}",
            mark | {"point": "certificates_shown"},
            ["body", "point"],
            "certificate_shown",
        ),
    ]


@pytest.mark.parametrize("packs", [(), (S2,), (S1, S2)])
async def test_a_misspelt_word_is_refused_and_the_nearest_are_offered(
    c: Cabinet, packs: tuple[str, ...]
) -> None:
    await say(c.house, *(activated(AGENCY, pack) for pack in packs))
    for path, body, where, meant in misspelt(c):
        answer = await c.call(OFFICER, "PUT", path, body)
        assert told(answer) == (422, "catalog.word-unknown"), path
        (wrong,) = answer.json()["fields"]
        assert (wrong["where"], wrong["nearest"][0]) == (where, meant)
        assert f"{meant}（" in wrong["message"]
        assert len(wrong["nearest"]) <= 3
    said = [*c.said("activity.milestone"), *c.said("condition.declared"), *c.said("mark.added")]
    assert (said, len(c.said("activity.recorded"))) == ([], 1)


async def test_what_was_meant_is_taken(c: Cabinet) -> None:
    for path, body, (place, name), meant in misspelt(c):
        right = path if place == "body" else f"{path.rpartition('/')[0]}/{meant}"
        await c.done(OFFICER, "PUT", right, body | ({name: meant} if place == "body" else {}))


async def test_a_list_has_no_say_in_categories_it_does_not_rule(c: Cabinet) -> None:
    await say(c.house, activated(AGENCY, S2))
    penalty, step = uuid4(), uuid4()
    await c.done(OFFICER, "PUT", f"/cases/{penalty}", case(category="penalty"))
    await c.done(OFFICER, "PUT", f"/activities/{step}", activity(penalty, stage="inquiry"))
    at = {"at": "2026-01-05T06:05:00Z"}
    await c.done(OFFICER, "PUT", f"/activities/{step}/milestones/inquiry_began", at)


async def test_an_agency_whose_packs_have_no_list_uses_its_own_words(c: Cabinet) -> None:
    await say(c.house, activated(AGENCY, S1), activated(OTHER_AGENCY, S2))
    body = activity(c.case_id, stage="fire_inspection")
    await c.done(OFFICER, "PUT", f"/activities/{uuid4()}", body)
