"""The story on Kafka, PostgreSQL and MinIO: two processes of each service, some of them killed.

Method: kill -9 of random services at seeded moments while the story goes on; then read the books.
"""

import random
import threading
from collections.abc import Generator
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from liuhen.demo.run import Product
from liuhen.demo.story import CHAPTERS, Outcome
from liuhen.services import SERVICES
from liuhen.setup import SETUP_CODE
from tests.support import books
from tests.support.tale import play_all
from tools.stack.stack import Stack, raise_

KILLS = 6
SEED = 20261121
EVERY_S = (0.5, 3.0)
"""How long the story goes on between two kills."""


@pytest.fixture(scope="module")
def stack(engines_dir: Path, all_engines: None) -> Generator[Stack]:  # noqa: ARG001 - or it is skipped
    folder = engines_dir / "stack"
    folder.mkdir()
    raised = raise_(folder, replicas=2)
    yield raised
    raised.stop()


def test_the_story_ends_as_on_one_box_whoever_is_killed(stack: Stack, tmp_path: Path) -> None:
    product = Product(
        stack.address,
        stack.folder / "identity" / SETUP_CODE,
        stack.folder / "access" / "exports",
    )
    outcomes: list[Outcome] = []
    story = threading.Thread(target=play_all, args=(product, tmp_path, outcomes))
    story.start()
    dice = random.Random(SEED)  # noqa: S311 - dice, not a secret
    victims = [it for it in stack.servers if it.name.partition("-")[0] in SERVICES]
    kills = 0
    while kills < KILLS and story.is_alive():
        story.join(dice.uniform(*EVERY_S))
        victim = dice.choice(victims)
        victim.kill()
        victim.start()
        kills += 1
    story.join()
    assert [outcome.detail for outcome in outcomes if outcome.result != "ok"] == []
    assert len(outcomes) == len(CHAPTERS)
    assert kills > 1
    read = books.on_postgres({service.name: service.owner_url for service in stack.services})
    assert books.faults(read) == []


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
