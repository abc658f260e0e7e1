"""A clock that goes back never takes the log's times back, and never stops the log for good."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from audit import operations
from audit.errors import ClockBehindError
from audit.operations import CLOCK_BEHIND_MAX
from tests.support.clock import FrozenClock
from tests.support.ledger import Ledger, Speaker, ledger, stored

A_LITTLE, FAR, YEARS = CLOCK_BEHIND_MAX, CLOCK_BEHIND_MAX * 1.01, timedelta(days=800)


def signed(log: Ledger) -> tuple[int, datetime]:
    head = operations.latest_checkpoint(log.ctx)
    return head.size, head.signed_at


async def test_a_clock_put_back_a_little_is_told_of_and_takes_no_time_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FrozenClock()
    async with ledger(tmp_path, clock) as log:
        await log.hear(stored())
        signed_at = clock.now()
        clock.move(-A_LITTLE)
        await log.hear(stored())
        assert signed(log) == (2, signed_at)
        assert "clock is behind the last checkpoint" in caplog.messages
        clock.move(A_LITTLE * 2)
        await log.hear(stored())
        assert signed(log) == (3, clock.now())


async def test_a_clock_put_back_a_little_does_not_stop_the_start(tmp_path: Path) -> None:
    clock, speaker = FrozenClock(), Speaker(FrozenClock())
    async with ledger(tmp_path, clock, speaker) as log:
        await log.hear(stored())
    clock.move(-A_LITTLE)
    async with ledger(tmp_path, clock, speaker) as log:
        await log.hear(stored())
        assert signed(log) == (2, clock.now() + A_LITTLE)


async def test_nothing_is_signed_while_the_clock_is_far_behind(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with ledger(tmp_path, clock) as log:
        await log.hear(stored())
        clock.move(-FAR)
        with pytest.raises(ClockBehindError):
            await log.hear(stored())
        clock.move(FAR)
        await log.settle()
        assert signed(log) == (2, clock.now())


async def test_a_clock_far_behind_stops_the_start(tmp_path: Path) -> None:
    """So does a machine that was set back to an old state together with its clock."""
    clock = FrozenClock()
    async with ledger(tmp_path, clock) as log:
        await log.hear(stored())
    clock.move(-FAR)
    with pytest.raises(ClockBehindError, match="If the clock is wrong, set it right"):
        async with ledger(tmp_path, clock):
            pass


async def test_a_log_signed_by_a_clock_years_ahead_goes_on_at_the_operators_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FrozenClock()
    speaker, ahead_at = Speaker(clock), clock.now() + YEARS
    async with ledger(tmp_path, FrozenClock(ahead_at), speaker) as log:
        await log.hear(stored())
    with pytest.raises(ClockBehindError) as refusal:
        async with ledger(tmp_path, clock, speaker):
            pass
    advice = re.search(r"(LIUHEN_AUDIT_\w+)=(\S+)$", str(refusal.value))
    assert advice is not None
    monkeypatch.setenv(*advice.groups())
    async with ledger(tmp_path, clock, speaker) as log:
        for size in (2, 3):
            await log.hear(stored())
            assert signed(log) == (size, ahead_at)
        clock.move(YEARS + timedelta(days=1))
        await log.hear(stored())
        assert signed(log) == (4, clock.now())
        clock.move(-FAR)
        with pytest.raises(ClockBehindError):  # the word was for that one checkpoint
            await log.hear(stored())


async def test_the_operators_word_excuses_no_old_back_up(tmp_path: Path) -> None:
    clock, speaker = FrozenClock(), Speaker(FrozenClock())
    async with ledger(tmp_path, clock, speaker) as log:
        await log.hear(stored())
        said_at = clock.now()
        clock.move(timedelta(days=1))
        await log.hear(stored())
    clock.move(-YEARS)
    with pytest.raises(ClockBehindError):
        async with ledger(tmp_path, clock, speaker, clock_was_ahead_at=said_at):
            pass


async def test_every_checkpoint_is_signed_no_earlier_than_the_one_before(tmp_path: Path) -> None:
    clock = FrozenClock()
    async with ledger(tmp_path, clock) as log:
        for minutes in (0, -2, 1, -3, 9, -5, 2):
            clock.move(timedelta(minutes=minutes))
            await log.hear(stored())
        with log.ctx.db.snapshot() as session:
            times = text("SELECT signed_at FROM checkpoint ORDER BY size")
            at = list(session.connection().execute(times).scalars())
    assert len(at) == 8  # the empty log is signed too
    assert at == sorted(at)
