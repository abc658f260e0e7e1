"""Cases and activities: opened, stated of, ended, archived, and whose they are."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from contracts.identity import Role
from tests.support.cabinet import (
    AGENCY,
    CUSTODIAN,
    OFFICER,
    OTHER_AGENCY,
    STAFF,
    STRANGER,
    Cabinet,
    activity,
    case,
    told,
)
from tests.support.people import person

ENDED: Final[dict[str, object]] = {"ended_on": "2026-01-05", "traits": ["hearing", "complex"]}
ARCHIVED = {"archived_on": "2026-01-05"}


async def archived(c: Cabinet) -> None:
    await c.done(OFFICER, "POST", f"/cases/{c.case_id}/end", ENDED)
    await c.done(CUSTODIAN, "POST", f"/cases/{c.case_id}/archive", ARCHIVED)


async def test_everybody_of_the_agency_reads_the_whole_case(c: Cabinet) -> None:
    path = f"/activities/{c.activity_id}"
    await c.done(OFFICER, "PUT", f"{path}/milestones/entered", {"at": "2026-01-05T14:05:00+08:00"})
    await c.done(OFFICER, "PUT", f"{path}/conditions/measures_taken", {"holds": False})
    found, *others = [await c.done(who, "GET", f"/cases/{c.case_id}") for who in STAFF.values()]
    assert all(other == found for other in others)
    assert (found["party"]["name"], found["status"]) == ("泽州县某化工公司", "open")
    (step,) = found["activities"]
    assert (step["activity_id"], len(step["officers"])) == (str(c.activity_id), 2)
    assert step["milestones"][0]["at"] == "2026-01-05T06:05:00Z"
    assert step["conditions"][0]["holds"] is False


async def test_events_tell_of_a_case_without_naming_anybody(c: Cabinet) -> None:
    (opened,) = c.said("case.opened")
    assert opened["case_id"] == str(c.case_id)
    (recorded,) = c.said("activity.recorded")
    assert (recorded["category"], recorded["stage"]) == ("inspection", "on_site_inspection")
    assert "化工" not in str([opened, recorded])


async def test_the_same_again_has_the_same_answer_and_something_else_is_refused(
    c: Cabinet,
) -> None:
    puts: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        (f"/cases/{uuid4()}", case(), {"cause": "举报"}),
        (f"/activities/{uuid4()}", activity(c.case_id), {"place": "二号车间"}),
    ]
    for path, body, change in puts:
        first = await c.call(OFFICER, "PUT", path, body)
        c.clock.move(timedelta(minutes=1))
        again = await c.call(OFFICER, "PUT", path, body)
        assert (first.status_code, again.content) == (201, first.content)
        assert told(await c.call(OFFICER, "PUT", path, body | change)) == (409, "catalog.id-taken")
    assert len(c.said("case.opened")) == 2
    assert len(c.said("activity.recorded")) == 2


async def test_an_id_of_another_agencys_case_is_taken_and_asking_is_on_their_record(
    c: Cabinet,
) -> None:
    answer = await c.call(STRANGER, "PUT", f"/cases/{c.case_id}", case())
    assert told(answer) == (409, "catalog.id-taken")
    assert c.refusals() == [("catalog.id-taken", str(c.case_id), str(AGENCY))]


def routes_to(case_id: UUID, activity_id: UUID) -> list[tuple[str, str, object]]:
    """Every way to a case or to an activity."""
    step = f"/activities/{activity_id}"
    return [
        ("GET", f"/cases/{case_id}", None),
        ("POST", f"/cases/{case_id}/end", ENDED),
        ("POST", f"/cases/{case_id}/archive", ARCHIVED),
        ("PUT", f"/activities/{uuid4()}", activity(case_id)),
        ("PUT", f"{step}/milestones/entered", {"at": "2026-01-05T06:05:00Z"}),
        ("PUT", f"{step}/conditions/measures_taken", {"holds": True}),
    ]


async def test_another_agencys_case_looks_like_none_and_asking_is_on_record(c: Cabinet) -> None:
    nobody = uuid4()
    theirs = routes_to(c.case_id, c.activity_id)
    for (method, path, body), (_, none, none_body) in zip(
        theirs, routes_to(nobody, nobody), strict=True
    ):
        answer = await c.call(STRANGER, method, path, body)
        unknown = await c.call(STRANGER, method, none, none_body)
        assert answer.status_code == 404, path
        assert answer.content == unknown.content, path
    found = c.refusals()
    assert len(found) == 2 * len(theirs)
    owners = [owner for _, thing, owner in found if thing != str(nobody)]
    assert owners == [str(AGENCY)] * len(theirs)
    asked_for_nothing = [owner for _, thing, owner in found if thing == str(nobody)]
    assert asked_for_nothing == [str(OTHER_AGENCY)] * len(theirs)


ALLOWED: Final[list[tuple[str, str, set[Role]]]] = [
    ("PUT", "/cases/{id}", {Role.OFFICER, Role.UNIT_HEAD}),
    ("GET", "/cases/{id}", {*STAFF, Role.PARTY, Role.LAWYER}),
    ("GET", "/cases", {*STAFF}),
    ("POST", "/cases/{id}/end", {Role.OFFICER, Role.UNIT_HEAD}),
    ("POST", "/cases/{id}/archive", {Role.CUSTODIAN}),
    ("PUT", "/activities/{id}", {Role.OFFICER}),
    ("PUT", "/activities/{id}/milestones/entered", {Role.OFFICER}),
    ("PUT", "/activities/{id}/conditions/rain", {Role.OFFICER, Role.UNIT_HEAD}),
    ("GET", "/clips/{id}", {*STAFF}),
    ("PUT", "/links/{id}", {Role.OFFICER, Role.CUSTODIAN}),
    ("POST", "/links/{id}/end", {Role.OFFICER, Role.CUSTODIAN}),
    ("PUT", "/marks/{id}", {Role.OFFICER}),
]


async def test_each_route_is_for_its_roles_and_for_nobody_without_a_token(c: Cabinet) -> None:
    turned_away = 0
    for method, template, allowed in ALLOWED:
        path = template.format(id=uuid4())
        for role in Role:
            answer = await c.call(person(role, agency_id=AGENCY), method, path, {})
            assert (answer.status_code == 403) == (role not in allowed), (method, path, role)
            turned_away += role not in allowed
        assert told(await c.call(None, method, path, {})) == (401, "common.not-signed-in")
    assert [code for code, _, _ in c.refusals()].count("common.not-for-role") == turned_away


async def test_an_outsider_learns_little_of_their_own_case_and_nothing_of_others(
    c: Cabinet,
) -> None:
    role = Role.LAWYER
    bound = frozenset({c.case_id})
    own = await c.call(person(role, agency_id=AGENCY, bound_to=bound), "GET", f"/cases/{c.case_id}")
    assert own.json() == {"case_id": str(c.case_id), "case_no": None, "status": "open"}
    for who in (
        person(role, agency_id=AGENCY),
        person(role, agency_id=AGENCY, bound_to=frozenset({uuid4()})),
        person(role, agency_id=OTHER_AGENCY, bound_to=bound),
    ):
        answer = await c.call(who, "GET", f"/cases/{c.case_id}")
        assert told(answer) == (404, "catalog.case-unknown")
    assert len(c.refusals()) == 3


async def test_a_milestone_can_be_corrected_and_what_was_said_before_stays(c: Cabinet) -> None:
    path = f"/activities/{c.activity_id}/milestones/entered"
    for minute, reason in ((5, None), (5, None), (6, "手表快一分钟")):
        body = {"at": f"2026-01-05T06:0{minute}:00Z", "reason": reason}
        await c.done(OFFICER, "PUT", path, body)
    found = await c.done(OFFICER, "GET", f"/cases/{c.case_id}")
    (milestone,) = found["activities"][0]["milestones"]
    assert milestone["at"] == "2026-01-05T06:06:00Z"
    assert [said["reason"] for said in milestone["statements"]] == [None, "手表快一分钟"]
    assert {said["stated_by"] for said in milestone["statements"]} == {str(OFFICER.subject)}
    events = c.said("activity.milestone")
    assert [event["at"] for event in events] == ["2026-01-05T06:05:00Z", "2026-01-05T06:06:00Z"]


async def test_a_moment_is_moved_only_with_a_reason_and_never_into_the_future(c: Cabinet) -> None:
    path = f"/activities/{c.activity_id}/milestones/left"
    ahead = await c.call(OFFICER, "PUT", path, {"at": "2026-01-05T09:00:01Z"})
    assert told(ahead) == (422, "catalog.date-wrong")
    assert "尚未到来" in ahead.json()["detail"]
    first, moved = {"at": "2026-01-05T09:00:00Z"}, {"at": "2026-01-05T06:00:00Z"}
    said = await c.call(OFFICER, "PUT", path, first)
    silent = await c.call(OFFICER, "PUT", path, moved)
    assert told(silent) == (422, "catalog.reason-missing")
    assert "理由" in silent.json()["title"]
    assert (await c.call(OFFICER, "PUT", path, first)).content == said.content
    await c.done(OFFICER, "PUT", path, moved | {"reason": "误将离开厂区记为检查结束"})
    assert told(await c.call(OFFICER, "PUT", path, first)) == (422, "catalog.reason-missing")
    assert len(c.said("activity.milestone")) == 2


async def test_words_of_an_event_are_too_short_and_plain_to_name_a_person(c: Cabinet) -> None:
    step, at = f"/activities/{c.activity_id}", {"at": "2026-01-05T06:05:00Z"}
    serves = {"clip_id": str(c.clip_id), "activity_id": str(c.activity_id), "offset_ms": 1}
    for word in (
        "zhang.san.410423198001011234",
        "zhang_san_410423198001011234",
        "tel_138_0000_1111",
        "id-410423",
        "a__b",
        "a" * 65,
    ):
        puts: list[tuple[str, object]] = [
            (f"/activities/{uuid4()}", activity(c.case_id, stage=word)),
            (f"{step}/milestones/{word}", at),
            (f"{step}/conditions/{word}", {"holds": True}),
            (f"/marks/{uuid4()}", serves | {"point": word}),
        ]
        for path, body in puts:
            answer = await c.call(OFFICER, "PUT", path, body)
            assert told(answer) == (422, "common.invalid"), (path, body)
    assert len(c.said("activity.recorded")) == 1
    said = [*c.said("activity.milestone"), *c.said("condition.declared"), *c.said("mark.added")]
    assert said == []


async def test_a_condition_is_unknown_until_somebody_declares_it(c: Cabinet) -> None:
    assert (await c.done(OFFICER, "GET", f"/cases/{c.case_id}"))["activities"][0][
        "conditions"
    ] == []
    path = f"/activities/{c.activity_id}/conditions/measures_taken"
    for holds in (False, False, True):
        await c.done(STAFF[Role.UNIT_HEAD], "PUT", path, {"holds": holds})
    found = await c.done(OFFICER, "GET", f"/cases/{c.case_id}")
    (condition,) = found["activities"][0]["conditions"]
    assert condition["holds"] is True
    assert [said["holds"] for said in condition["statements"]] == [False, True]
    assert [event["holds"] for event in c.said("condition.declared")] == [False, True]


async def test_a_case_ends_once_and_the_same_end_again_is_no_second_one(c: Cabinet) -> None:
    path = f"/cases/{c.case_id}/end"
    first = await c.call(OFFICER, "POST", path, ENDED)
    again = await c.call(STAFF[Role.UNIT_HEAD], "POST", path, ENDED)
    assert (first.status_code, again.content) == (200, first.content)
    changes: list[dict[str, object]] = [{"ended_on": "2026-01-04"}, {"traits": []}]
    for change in changes:
        answer = await c.call(OFFICER, "POST", path, ENDED | change)
        assert told(answer) == (409, "catalog.already-ended")
    (ended,) = c.said("case.ended")
    assert (ended["ended_on"], ended["traits"]) == ("2026-01-05", ["complex", "hearing"])
    assert (ended["unit_id"], ended["ended_by"]) == (str(AGENCY), str(OFFICER.subject))


async def test_no_act_ends_on_a_day_that_has_not_come_in_china(c: Cabinet) -> None:
    path, tomorrow = f"/cases/{c.case_id}/end", ENDED | {"ended_on": "2026-01-06"}
    assert told(await c.call(OFFICER, "POST", path, tomorrow)) == (422, "catalog.date-wrong")
    c.clock.move(timedelta(hours=7))
    assert (await c.call(OFFICER, "POST", path, tomorrow)).status_code == 200


async def test_no_act_ends_before_what_was_done_and_filmed_of_it(c: Cabinet) -> None:
    """The clip's hour and the moment lie on the 5th; the 6th begins in China at 16:00 UTC."""
    path, link_id = f"/cases/{c.case_id}/end", uuid4()

    async def ends_on(day: str) -> tuple[int, str]:
        return told(await c.call(OFFICER, "POST", path, ENDED | {"ended_on": day}))

    too_early = (422, "catalog.end-too-early")
    link = {"clip_id": str(c.clip_id), "activity_id": str(c.activity_id)}
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link)
    assert await ends_on("1990-01-01") == too_early
    await c.done(OFFICER, "POST", f"/links/{link_id}/end")
    c.clock.move(timedelta(days=2))
    left = f"/activities/{c.activity_id}/milestones/left"
    await c.done(OFFICER, "PUT", left, {"at": "2026-01-06T16:00:00Z"})
    assert await ends_on("2026-01-06") == too_early
    await c.done(OFFICER, "PUT", left, {"at": "2026-01-06T15:59:59Z", "reason": "手表快"})
    refused = await c.call(OFFICER, "POST", path, ENDED)
    assert told(refused) == too_early
    assert "2026-01-06" in refused.json()["detail"]
    done: dict[str, object] = {"ended_on": "2026-01-06", "traits": []}
    first = await c.call(OFFICER, "POST", path, done)
    assert first.status_code == 200
    await c.done(OFFICER, "PUT", left, {"at": "2026-01-06T16:00:01Z", "reason": "送达在后"})
    assert (await c.call(OFFICER, "POST", path, done)).content == first.content


async def test_only_an_ended_case_is_archived_and_not_before_its_end(c: Cabinet) -> None:
    path = f"/cases/{c.case_id}/archive"
    assert told(await c.call(CUSTODIAN, "POST", path, ARCHIVED)) == (409, "catalog.not-ended")
    await c.done(OFFICER, "POST", f"/cases/{c.case_id}/end", ENDED)
    for day in ("2026-01-04", "2026-01-06"):
        answer = await c.call(CUSTODIAN, "POST", path, {"archived_on": day})
        assert told(answer) == (422, "catalog.date-wrong")
    first = await c.call(CUSTODIAN, "POST", path, ARCHIVED)
    again = await c.call(CUSTODIAN, "POST", path, ARCHIVED)
    assert (first.json()["status"], again.content) == ("archived", first.content)
    c.clock.move(timedelta(days=1))
    answer = await c.call(CUSTODIAN, "POST", path, {"archived_on": "2026-01-06"})
    assert told(answer) == (409, "catalog.archived")
    assert len(c.said("case.archived")) == 1


async def test_an_archived_case_takes_nothing_more(c: Cabinet) -> None:
    step = f"/activities/{c.activity_id}"
    entered = {"at": "2026-01-05T06:05:00Z"}
    link = {"clip_id": str(c.clip_id), "activity_id": str(c.activity_id)}
    link_id = uuid4()
    await c.done(OFFICER, "PUT", f"{step}/milestones/entered", entered)
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link)
    await archived(c)
    late: list[tuple[str, str, object]] = [
        ("PUT", f"/activities/{uuid4()}", activity(c.case_id)),
        ("PUT", f"{step}/milestones/left", entered),
        ("PUT", f"{step}/conditions/measures_taken", {"holds": True}),
        ("PUT", f"/links/{uuid4()}", link),
        ("POST", f"/links/{link_id}/end", None),
        ("PUT", f"/marks/{uuid4()}", link | {"point": "show_id", "offset_ms": 1}),
    ]
    for method, path, body in late:
        answer = await c.call(OFFICER, method, path, body)
        assert told(answer) == (409, "catalog.archived"), path
    await c.done(OFFICER, "PUT", f"{step}/milestones/entered", entered)
    await c.done(OFFICER, "PUT", f"/links/{link_id}", link)


async def test_the_list_shows_ones_own_agency_and_finds_by_what_is_known(c: Cabinet) -> None:
    penalty = case(category="penalty", party={"name": "张三100%", "kind": "person"})
    mine, theirs = uuid4(), uuid4()
    await c.done(OFFICER, "PUT", f"/cases/{mine}", penalty)
    await c.done(STRANGER, "PUT", f"/cases/{theirs}", penalty | {"unit_id": str(OTHER_AGENCY)})
    await archived(c)

    async def found(query: str) -> set[str]:
        items = (await c.done(OFFICER, "GET", f"/cases?{query}"))["items"]
        return {item["case_id"] for item in items}

    first, second = str(c.case_id), str(mine)
    assert await found("") == {first, second}
    assert await found("category=penalty") == {second}
    assert await found("status=archived") == {first}
    assert await found("status=ended") == set()
    assert await found("party=化工") == {first}
    assert await found("party=张三") == {second}
    assert await found("party=100%25") == {second}
    assert await found("party=%25") == {second}
    assert await found("party=张三&category=inspection") == set()


async def test_a_long_list_comes_in_pages_without_loss(c: Cabinet) -> None:
    ids = {str(c.case_id)}
    for _ in range(4):
        new = uuid4()
        ids.add(str(new))
        await c.done(OFFICER, "PUT", f"/cases/{new}", case())
    pages: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await c.done(OFFICER, "GET", f"/cases?limit=2{cursor}")
        pages += [item["case_id"] for item in page["items"]]
        cursor = page["next"] and f"&cursor={page['next']}"
    assert (len(pages), set(pages)) == (5, ids)


MALFORMED: Final[list[tuple[str, object]]] = [
    ("/cases/{id}", {}),
    ("/cases/{id}", []),
    ("/cases/1", case()),
    ("/cases/{id}", case(name="")),
    ("/cases/{id}", case(name="检查\u0000")),
    ("/cases/{id}", case(name="字" * 201)),
    ("/cases/{id}", case(category="war")),
    ("/cases/{id}", case(party="张三")),
    ("/cases/{id}", case(agency_id=str(OTHER_AGENCY))),
    ("/activities/{id}", activity(AGENCY, officers=[])),
    ("/activities/{id}", activity(AGENCY, officers=[str(AGENCY)] * 2)),
    ("/activities/{id}", activity(AGENCY, stage="到现场")),
    ("/activities/{id}/milestones/entered", {"at": "2026-01-05T06:05:00"}),
    ("/activities/{id}/milestones/entered", {"at": "0001-01-01T00:00:00+14:00"}),
    ("/activities/{id}/milestones/entered", {"at": "9999-12-31T23:59:59-14:00"}),
    ("/activities/{id}/milestones/Entered!", {"at": "2026-01-05T06:05:00Z"}),
    ("/activities/{id}/conditions/rain", {"holds": "perhaps"}),
    ("/activities/{id}/conditions/rain", {"holds": "true"}),
    ("/activities/{id}/conditions/rain", {"holds": None}),
    ("/marks/{id}", {"offset_ms": -1}),
]


async def test_a_malformed_body_or_search_is_refused_with_a_problem_document(c: Cabinet) -> None:
    for template, body in MALFORMED:
        answer = await c.call(OFFICER, "PUT", template.format(id=uuid4()), body)
        assert told(answer) == (422, "common.invalid"), (template, body)
        assert answer.headers["content-type"] == "application/problem+json"
    for query in ("category=war", "status=lost", "cursor=1", "limit=0", "limit=201", "party="):
        answer = await c.call(OFFICER, "GET", f"/cases?{query}")
        assert told(answer) == (422, "common.invalid"), query
