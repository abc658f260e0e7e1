"""The store of objects is gone or hangs while films come in: they wait in the spool, and it shows.

Method: MinIO as a process of its own, killed, or stopped as by SIGSTOP, when it takes connections
and answers nothing. The loops take their turns as in a service; the clock is set.
"""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import anyio
import pytest

from common import loops
from common.loops import FAILING_MAX
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, settle
from tests.support.people import person
from tests.support.receiving import receiving
from tests.support.uploads import ask, begin, clip, send
from tools.engines.s3 import Store

pytestmark = pytest.mark.parametrize("mortal_s3", ["minio"], indirect=True)

OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
FILMS = [Random(size).randbytes(size) for size in (8, 70_000, 3_000_000, 6_000_000)]  # noqa: S311 - films
PATIENCE_S = 60.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the store waits a second and not a minute."""
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    monkeypatch.setattr("common.s3.ANSWER_MAX_S", 0.5)


async def send_all(h: House) -> dict[str, UUID]:
    """Send every film at once, insist that each byte is acknowledged, and say what is where."""
    sent: dict[str, UUID] = {}

    async def send_one(film: bytes) -> None:
        location, clip_id = await begin(h, OFFICER, film)
        answer = await send(h, OFFICER, location, 0, film)
        assert answer.status_code == HTTPStatus.NO_CONTENT, answer.text
        assert answer.headers["upload-offset"] == str(len(film))
        sent[location] = clip_id

    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as tasks:
            for film in FILMS:
                tasks.start_soon(send_one, film)
    return sent


async def what_does_not_move(h: House) -> list[str]:
    """Let every loop of ingest have its turn, and ask readiness."""
    state = h.app.state.apps["ingest"].state
    for name, step in state.steps.items():
        await loops.turn(name, step, state.heartbeats, 0)
    answer = await h.call(None, "GET", "/ingest/readyz")
    return [] if answer.is_success else answer.json()["late"]


async def all_wait_and_it_shows(h: House, clock: FrozenClock) -> dict[str, UUID]:
    sent = await send_all(h)
    state = h.app.state.apps["ingest"].state
    with anyio.fail_after(PATIENCE_S):
        while await loops.turn("finaliser", state.steps["finaliser"], state.heartbeats, 0):
            pass  # until it notices
    assert await what_does_not_move(h) == []  # a hiccup is no alarm
    clock.move(FAILING_MAX + timedelta(seconds=1))
    assert await what_does_not_move(h) == ["finaliser"]
    held = h.ctx("ingest").spool.held()
    assert (held.films, held.size_bytes) == (len(FILMS), sum(map(len, FILMS)))
    return sent


async def all_are_stored(h: House, sent: dict[str, UUID]) -> None:
    await settle(h.app)
    assert await what_does_not_move(h) == []
    for location, clip_id in sent.items():
        film_bytes = (await ask(h, OFFICER, location)).headers["upload-offset"]
        kept = await clip(h, OFFICER, clip_id)
        assert (kept["state"], str(kept["size_bytes"])) == ("stored", film_bytes)
    assert h.ctx("ingest").spool.held().films == 0


async def test_films_that_come_while_the_store_is_gone_are_kept_when_it_is_back(
    tmp_path: Path, mortal_s3: Store
) -> None:
    clock = FrozenClock(datetime.now(UTC))
    async with receiving(tmp_path, mortal_s3.new_bucket(), clock) as h:
        mortal_s3.server.kill()
        sent = await all_wait_and_it_shows(h, clock)
        mortal_s3.server.start()
        await all_are_stored(h, sent)


async def test_films_that_come_while_the_store_hangs_are_kept_when_it_answers_again(
    tmp_path: Path, mortal_s3: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each film is at it for longer than the loop waits before it beats."""
    clock = FrozenClock(datetime.now(UTC))
    async with receiving(tmp_path, mortal_s3.new_bucket(), clock) as h:
        mortal_s3.server.pause()
        with monkeypatch.context() as patch:
            patch.setattr("ingest.operations.finaliser.SLICE_S", 0.1)
            sent = await all_wait_and_it_shows(h, clock)
        mortal_s3.server.go_on()
        await all_are_stored(h, sent)
