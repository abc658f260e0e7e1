"""Anybody can check the log; only those allowed can read it; and reading it wrong is on record."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.auth import Requester
from common.events import SYSTEM, Event
from contracts.audit import RequestRefused
from contracts.identity import AgencyRegistered, Level, Role
from tests.support.house import House, house, settle
from tests.support.ledger import AGENCY, CLIP, export_requested, stored
from tests.support.people import person
from tlog import proof_file
from tlog.checkpoint import open_checkpoint
from tlog.note import Verifier

OTHER_AGENCY = UUID(int=99)
CUSTODIAN = person(Role.CUSTODIAN, agency_id=AGENCY)
STRANGER = person(Role.CUSTODIAN, agency_id=OTHER_AGENCY)
ROOT_ID, CITY_ID = UUID(int=97), UUID(int=98)
SUPERVISOR = person(Role.SUPERVISOR, agency_id=ROOT_ID)


async def plant(it: House) -> None:
    """Have identity tell the tree, a child before its parent: the agency, its city, a stranger."""
    places = (
        (AGENCY, CITY_ID, Level.AGENCY),
        (CITY_ID, ROOT_ID, Level.CITY),
        (OTHER_AGENCY, ROOT_ID, Level.CITY),
        (ROOT_ID, None, Level.PROVINCE),
    )
    await announce(
        it,
        "identity",
        *(
            AgencyRegistered(agency_id=own, parent_id=parent, level=level, division="440000")
            for own, parent, level in places
        ),
    )


async def announce(it: House, service: str, *events: Event) -> None:
    """Have a service say this, and everybody hear it."""
    ctx = it.ctx(service)
    with ctx.db.transaction() as session:
        for event in events:
            ctx.outbox.emit(session, event)
    await settle(it.app)


async def entries(it: House, who: Requester, **params: Any) -> Any:  # noqa: ANN401 - JSON
    return (await it.done(who, "GET", "/audit/v1/entries", params=params))["items"]


async def test_an_outsider_can_check_every_entry_with_two_public_addresses(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await announce(it, "ingest", stored(), stored(uuid4()))
        await announce(it, "access", export_requested(uuid4()))
        await settle(it.app)
        found = await entries(it, CUSTODIAN)
        key = Verifier.parse((await it.call(None, "GET", "/audit/log/vkey")).text)
        note = (await it.call(None, "GET", "/audit/log/checkpoint")).content
        head = open_checkpoint(note, key)
        for line in found:
            entry = await it.done(CUSTODIAN, "GET", f"/audit/v1/entries/{line['index']}")
            proved = proof_file.verify(
                entry["proof"].encode(),
                index=line["index"],
                entry=entry["leaf"].encode(),
                log=key,
            )
            assert proved.size <= head.size
    assert {line["type"] for line in found} == {
        "ingest.clip.stored.v1",
        "access.export.requested.v1",
        "audit.bundle.built.v1",
    }


async def test_the_entries_of_a_clip_are_its_own_numbered_history(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await announce(it, "ingest", stored(), stored(uuid4()))
        await announce(it, "access", export_requested(uuid4()))
        history = await entries(it, CUSTODIAN, stream=str(CLIP))
    assert [(line["stream_number"], line["type"]) for line in history] == [
        (1, "ingest.clip.stored.v1"),
        (2, "access.export.requested.v1"),
        (3, "audit.bundle.built.v1"),
    ]


async def test_the_log_is_read_page_by_page(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await announce(it, "ingest", *(stored(uuid4()) for _ in range(5)))
        seen: list[int] = []
        after = -1
        while True:
            page = await it.done(
                CUSTODIAN, "GET", "/audit/v1/entries", params={"after": after, "limit": 2}
            )
            seen += [line["index"] for line in page["items"]]
            if page["next"] is None:
                break
            after = int(page["next"])
    assert seen == sorted(set(seen))
    assert len(seen) == 5


async def test_an_entry_has_no_proof_until_a_checkpoint_covers_it(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        ctx = it.ctx("ingest")
        with ctx.db.transaction() as session:
            ctx.outbox.emit(session, stored())
        await it.app.state.apps["ingest"].state.steps["relay"](0)
        await it.app.state.apps["audit"].state.steps["consumer"](0)
        answer = await it.call(CUSTODIAN, "GET", "/audit/v1/entries/0")
        assert answer.json()["proof"] is None
        await settle(it.app)
        answer = await it.call(CUSTODIAN, "GET", "/audit/v1/entries/0")
        assert answer.json()["proof"].startswith("c2sp.org/tlog-proof@v1\nindex 0\n")


async def test_nothing_of_one_agency_is_shown_to_another(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await announce(it, "ingest", stored())
        await plant(it)
        assert {line["agency_id"] for line in await entries(it, STRANGER)} == {str(OTHER_AGENCY)}
        hidden = await it.call(STRANGER, "GET", "/audit/v1/entries/0")
        unknown = await it.call(STRANGER, "GET", "/audit/v1/entries/123456")
        assert hidden.status_code == 404
        assert hidden.content == unknown.content
        assert hidden.json()["code"] == "audit.entry-unknown"
        await settle(it.app)
        refusals = [
            line for line in await entries(it, SUPERVISOR) if line["type"] == RequestRefused.type
        ]
    assert [line["agency_id"] for line in refusals] == [str(AGENCY), str(OTHER_AGENCY)]


async def test_the_topmost_supervisor_sees_all_kinds_and_others_their_own(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await plant(it)
        await announce(it, "ingest", stored(), stored(uuid4(), agency_id=OTHER_AGENCY))
        counts = [
            {
                kind["type"]: kind["count"]
                for kind in (await it.done(who, "GET", "/audit/v1/kinds"))["items"]
            }["ingest.clip.stored.v1"]
            for who in (SUPERVISOR, CUSTODIAN, STRANGER)
        ]
    assert counts == [2, 1, 1]


async def test_a_supervisor_sees_the_own_agency_and_those_below_only(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await plant(it)
        await announce(it, "ingest", stored(), stored(uuid4(), agency_id=OTHER_AGENCY))
        seen = {
            agency_id: {line["agency_id"] for line in await entries(it, supervisor_of(agency_id))}
            for agency_id in (AGENCY, CITY_ID, OTHER_AGENCY, ROOT_ID)
        }
        hidden = [
            line["index"]
            for line in await entries(it, SUPERVISOR)
            if line["agency_id"] == str(AGENCY)
        ]
        for index in hidden:
            answer = await it.call(supervisor_of(OTHER_AGENCY), "GET", f"/audit/v1/entries/{index}")
            assert (answer.status_code, answer.json()["code"]) == (404, "audit.entry-unknown")
            await it.done(supervisor_of(CITY_ID), "GET", f"/audit/v1/entries/{index}")
    everyone = {str(id_) for id_ in (AGENCY, CITY_ID, OTHER_AGENCY, ROOT_ID)}
    assert seen == {
        AGENCY: {str(AGENCY)},
        CITY_ID: {str(AGENCY), str(CITY_ID)},
        OTHER_AGENCY: {str(OTHER_AGENCY)},
        ROOT_ID: everyone,
    }


async def test_only_the_topmost_supervisor_sees_the_whole_systems_facts(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await plant(it)
        await announce(it, "ingest", stored(agency_id=SYSTEM))
        unheard_of = supervisor_of(UUID(int=1234))
        below = (supervisor_of(CITY_ID), supervisor_of(AGENCY), unheard_of, CUSTODIAN)
        (index,) = [
            line["index"]
            for line in await entries(it, SUPERVISOR)
            if line["agency_id"] == str(SYSTEM)
        ]
        for who in (*below, person(Role.CUSTODIAN, agency_id=ROOT_ID)):
            assert str(SYSTEM) not in {line["agency_id"] for line in await entries(it, who)}
            answer = await it.call(who, "GET", f"/audit/v1/entries/{index}")
            assert answer.status_code == 404
        await it.done(SUPERVISOR, "GET", f"/audit/v1/entries/{index}")


async def test_what_concerns_no_clip_is_found_by_its_topic_and_key(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        await plant(it)
        found = await entries(it, SUPERVISOR, stream=f"identity:{CITY_ID}")
        assert [line["type"] for line in found] == [AgencyRegistered.type]
        assert await entries(it, SUPERVISOR, stream=str(CITY_ID)) == []


def supervisor_of(agency_id: UUID) -> Requester:
    return person(Role.SUPERVISOR, agency_id=agency_id)


async def test_whose_business_the_log_is_not_gets_a_recorded_refusal(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        officer = person(Role.OFFICER, agency_id=AGENCY)
        for path in ("/audit/v1/entries", "/audit/v1/entries/0", "/audit/v1/kinds"):
            assert (await it.call(None, "GET", path)).status_code == 401
            refused = await it.call(officer, "GET", path)
            assert (refused.status_code, refused.json()["code"]) == (403, "common.not-for-role")
        await settle(it.app)
        types = [line["type"] for line in await entries(it, CUSTODIAN)]
    assert types == [RequestRefused.type] * 3


@pytest.mark.parametrize(
    "path",
    [
        "entries/-1",
        "entries/9223372036854775808",
        "entries/9223372036854775807",
        f"entries/{'9' * 5000}",
        "entries/one",
        "entries?after=9223372036854775808",
        "entries?after=-2",
        "entries?limit=0",
        "entries?limit=100000",
        f"entries?stream={'x' * 201}",
        "entries?stream=%00",
    ],
)
async def test_numbers_no_log_can_have_are_refused_in_words(tmp_path: Path, path: str) -> None:
    async with house(tmp_path) as it:
        answer = await it.call(CUSTODIAN, "GET", f"/audit/v1/{path}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "common.invalid"


async def test_before_the_first_checkpoint_there_is_a_plain_answer(tmp_path: Path) -> None:
    async with house(tmp_path) as it:
        answer = await it.call(None, "GET", "/audit/log/checkpoint")
        assert (answer.status_code, answer.json()["code"]) == (404, "audit.no-checkpoint")
        await settle(it.app)
        answer = await it.call(None, "GET", "/audit/log/checkpoint")
    assert answer.text.startswith("liuhen.local/log/1\n0\n")
