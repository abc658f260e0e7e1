"""What a crowd of strangers at the door can do: little, to nobody else, and on record."""

from asyncio import gather
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from identity.adapters.waiting_room import WaitingRoom
from tests.support.clock import FrozenClock
from tests.support.house import house
from tests.support.offices import ROOT_ADMIN, Offices, told

CROWD = 60
HANDFUL = 12


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def offices(tmp_path: Path, clock: FrozenClock) -> AsyncGenerator[Offices]:
    async with house(tmp_path, clock) as h:
        yield await Offices.open(h)


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
