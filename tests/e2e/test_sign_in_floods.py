"""What a crowd of strangers at the door can do: little, to nobody else, and on record."""

from asyncio import gather
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from contracts.identity import Role
from identity.adapters.waiting_room import WaitingRoom
from tests.support.clock import FrozenClock
from tests.support.house import house
from tests.support.offices import ROOT_ADMIN, Offices, setup_body, told
from tests.support.said import announced

WRONG = "wrong password 123"
CROWD = 60
HANDFUL = 8


async def test_a_handful_of_people_signs_in_at_the_same_time(offices: Offices) -> None:
    answers = await gather(*(offices.sign_in(ROOT_ADMIN) for _ in range(HANDFUL)))
    assert {answer.status_code for answer in answers} == {201}


async def test_a_crowd_is_told_to_come_again_and_leaves_the_door_open(offices: Offices) -> None:
    answers = await gather(*(offices.sign_in(f"nobody {n}") for n in range(CROWD)))
    assert {told(answer) for answer in answers} == {
        (401, "identity.sign-in-refused"),
        (503, "identity.busy"),
    }
    assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201


async def test_who_finds_the_waiting_room_full_is_told_when_to_come_again(offices: Offices) -> None:
    offices.house.ctx("identity").passwords.room = WaitingRoom(0, 0, 0)
    answer = await offices.sign_in(ROOT_ADMIN)
    assert told(answer) == (503, "identity.busy")
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["content-type"] == "application/problem+json"


def elsewhere(offices: Offices, address: str) -> Offices:
    """The same installation as it is reached from another address."""
    transport = httpx.ASGITransport(offices.house.app, client=(address, 1))
    client = httpx.AsyncClient(transport=transport, base_url="http://house")
    return replace(offices, house=replace(offices.house, client=client))


def reasons(offices: Offices) -> list[str]:
    """Why somebody was not let in, in order."""
    events = announced(offices.house, "identity")
    return [event["reason"] for event in events if event["type"].endswith("session.refused.v1")]


async def guess(offices: Offices, times: int) -> None:
    for _ in range(times):
        assert (await offices.sign_in(ROOT_ADMIN, WRONG)).status_code == 401


async def test_who_knows_a_user_name_locks_out_only_their_own_place(
    offices: Offices, clock: FrozenClock
) -> None:
    stranger = elsewhere(offices, "203.0.113.9")
    for _ in range(2):
        await guess(stranger, 6)
        assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201
        assert (await stranger.sign_in(ROOT_ADMIN)).status_code == 401
        clock.move(timedelta(minutes=15))
    assert reasons(offices) == [*["password"] * 5, "locked", "locked"] * 2


async def test_guessing_from_ever_new_places_has_an_end(
    tmp_path: Path, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIUHEN_IDENTITY_SIGN_IN_FAILURES_EVERYWHERE_MAX", "6")
    async with house(tmp_path, clock) as h:
        offices = await Offices.open(h)
        for n in range(6):
            await guess(elsewhere(offices, f"203.0.113.{n}"), 1)
        assert (await offices.sign_in(ROOT_ADMIN)).status_code == 401
        clock.move(timedelta(minutes=15))
        assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201


async def test_places_are_forgotten_a_day_after_their_last_wrong_password(
    offices: Offices, clock: FrozenClock
) -> None:
    def places() -> list[str]:
        with offices.house.ctx("identity").db.snapshot() as session:
            return list(session.scalars(text("SELECT place FROM sign_in_failure ORDER BY place")))

    await offices.account(await offices.token(), offices.root_id, "li", Role.OFFICER)
    for n in range(3):
        await elsewhere(offices, f"203.0.113.{n}").sign_in("li", WRONG)
        clock.move(timedelta(hours=12))
    assert places() == ["203.0.113.0", "203.0.113.1", "203.0.113.2"]
    assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201
    assert places() == ["203.0.113.1", "203.0.113.2"]
    clock.move(timedelta(days=1))
    await guess(elsewhere(offices, "203.0.113.3"), 1)
    assert places() == ["203.0.113.3"]


async def test_a_network_of_ones_own_is_one_place(offices: Offices) -> None:
    for n in range(6):
        await guess(elsewhere(offices, f"2001:db8:1:{n:02x}00::1"), 1)
    assert reasons(offices) == [*["password"] * 5, "locked"]
    assert (await offices.sign_in(ROOT_ADMIN)).status_code == 201


async def test_a_flood_of_made_up_tokens_leaves_a_few_records_and_a_count(
    offices: Offices, clock: FrozenClock
) -> None:
    async def flood() -> None:
        for n in range(15):
            body = {"refresh_token": f"made up {n}"}
            answer = await offices.call(None, "POST", "/v1/sessions/refresh", body)
            assert answer.status_code == 401

    await flood()
    assert reasons(offices) == ["unknown"] * 10
    clock.move(timedelta(minutes=1))
    await flood()
    assert reasons(offices) == ["unknown"] * 20
    figures = (await offices.call(None, "GET", "/metrics")).text
    (counted,) = (
        line
        for line in figures.splitlines()
        if line.startswith("liuhen_requests_total") and "refresh" in line and '"401"' in line
    )
    assert counted.endswith(" 30.0")


async def test_a_flood_of_wrong_setup_codes_leaves_a_few_records(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with house(tmp_path, clock) as h:
        for n in range(15):
            body = setup_body(h, uuid4()) | {"setup_code": f"{n:032}"}
            assert (await h.call(None, "POST", "/identity/v1/setup", body)).status_code == 403
        assert len(announced(h, "identity")) == 10


async def test_many_accounts_together_leave_a_few_records(
    offices: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offices.house.ctx("identity").recorded_of_all, "_per_minute_max", 12)
    token, stranger = await offices.token(), elsewhere(offices, "203.0.113.9")
    for name in ("li", "wu", "he"):
        await offices.account(token, offices.root_id, name, Role.OFFICER)
        for _ in range(5 + 10):
            await stranger.sign_in(name, WRONG)
    assert (reasons(offices).count("password"), reasons(offices).count("locked")) == (15, 12)


async def test_every_guess_at_an_account_is_on_record_and_the_first_after_its_lock(
    offices: Offices,
) -> None:
    """All in one minute: what strangers do to one account hides nothing done to another."""
    token = await offices.token()
    await offices.account(token, offices.root_id, "li", Role.OFFICER)
    for n in range(3):
        await guess(elsewhere(offices, f"203.0.113.{n}"), 5)
    await guess(elsewhere(offices, "203.0.113.0"), 12)
    for _ in range(6):
        await offices.sign_in("li", WRONG)
    assert reasons(offices) == [
        *["password"] * 15,
        *["locked"] * 10,
        *["password"] * 5,
        "locked",
    ]
