"""The story on Kafka, PostgreSQL and MinIO: two processes of each service, some of them killed.

Method: kill -9 of random services at seeded moments while the story goes on; then read the books.
"""

import threading
from collections.abc import Generator
from http import HTTPStatus
from pathlib import Path
from random import Random

import httpx
import pytest

from liuhen.services import SERVICES
from tests.support.faults import Place, the_database_restarts
from tests.support.patrol import befall
from tests.support.torment import torment
from tools.stack.stack import Stack, raise_

KILLS = 6
SEED = 20261121


@pytest.fixture(scope="module")
def stack(engines_dir: Path, all_engines: None) -> Generator[Stack]:  # noqa: ARG001 - or it is skipped
    folder = engines_dir / "stack"
    folder.mkdir()
    raised = raise_(folder, replicas=2)
    yield raised
    raised.stop()


def test_the_story_ends_as_on_one_box_whoever_is_killed(stack: Stack, tmp_path: Path) -> None:
    services = [it for it in stack.servers if it.name.partition("-")[0] in SERVICES]
    told = torment(stack, tmp_path, services, seed=SEED, kills=KILLS)
    assert told.wrong == []
    assert told.kills > 1


async def test_a_database_restarts_while_films_are_sent_and_none_is_lost_or_doubled(
    stack: Stack,
) -> None:
    place = Place(stack, Random(SEED))  # noqa: S311 - dice, not a secret
    befallen = await befall(place, the_database_restarts, SEED)
    assert befallen.wrong == []
    assert befallen.answers[HTTPStatus.SERVICE_UNAVAILABLE] > 0  # requests were under way
    assert befallen.films > 1


def test_a_database_that_restarts_is_waited_for(stack: Stack) -> None:
    answers: list[int] = []
    over = threading.Event()

    def ask() -> None:
        body = {"username": "demo.li", "password": "wrong"}
        with httpx.Client(base_url=stack.address, trust_env=False, timeout=30) as client:
            while not over.is_set():
                answers.append(client.post("/identity/v1/sessions", json=body).status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    postgres = stack.engines.postgres.server
    postgres.stop()
    postgres.start()
    while not answers or answers[-1] == HTTPStatus.SERVICE_UNAVAILABLE:
        assert asking.is_alive()
    over.set()
    asking.join()
    assert set(answers) <= {HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE}
