"""A loop that only fails is seen from outside, by its name, until it works again.

Method: the turns of the real loops and the clock are moved by hand, then /readyz is asked.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
from sqlalchemy import text

from common import loops
from common.loops import FAILING_MAX, Heartbeats
from tests.support.clock import FrozenClock
from tests.support.ledger import Ledger, ledger, stored

A_MOMENT = timedelta(seconds=1)


async def readiness(log: Ledger) -> tuple[int, list[str]]:
    transport = httpx.ASGITransport(log.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://audit") as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.json().get("late", [])


async def turn_all(log: Ledger) -> None:
    for name, step in log.app.state.steps.items():
        await loops.turn(name, step, log.app.state.heartbeats, wait_s=0)


def run(log: Ledger, statement: str) -> None:
    with log.ctx.db.transaction() as session:
        session.connection().execute(text(statement))


async def test_a_log_whose_database_refuses_to_grow_is_not_ready_until_it_grows(
    tmp_path: Path,
) -> None:
    clock = FrozenClock()
    async with ledger(tmp_path, clock) as log:
        run(
            log,
            "CREATE TRIGGER disk_full BEFORE INSERT ON entry "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
        )
        await log.bus.publish([log.speaker.record(stored())])
        await turn_all(log)
        assert await readiness(log) == (200, [])  # may be a hiccup
        clock.move(FAILING_MAX)
        await turn_all(log)
        assert await readiness(log) == (200, [])
        clock.move(A_MOMENT)
        await turn_all(log)
        assert await readiness(log) == (503, ["consumer"])
        run(log, "DROP TRIGGER disk_full")
        await turn_all(log)
        assert await readiness(log) == (200, [])


async def test_a_database_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    async with ledger(tmp_path, FrozenClock()) as log:
        run(log, "ALTER TABLE outbox RENAME TO elsewhere")
        assert await readiness(log) == (503, ["database"])


async def step_that(works: Callable[[], bool]) -> int:
    if not works():
        raise ConnectionError
    return 0


async def test_a_loop_that_works_now_and_then_moves() -> None:
    clock, tries = FrozenClock(), iter([False, True] * 4)
    beats = Heartbeats(clock, ["relay"])
    for _ in range(8):
        clock.move(FAILING_MAX)
        await loops.turn("relay", lambda _wait_s: step_that(lambda: next(tries)), beats)
    assert beats.not_moving() == []
