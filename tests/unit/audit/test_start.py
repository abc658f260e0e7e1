"""A log that does not hold together, or was rolled back, is not carried on."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from audit.errors import (
    LogDamagedError,
    LogKeyError,
    LogRefusedError,
    LogRolledBackError,
)
from common.db import Database
from tests.support.clock import FrozenClock
from tests.support.ledger import Speaker, ledger, stored

CLOCK = FrozenClock()
ORIGIN = "liuhen.local/log/1"


async def grown(data: Path, count: int = 5, speaker: Speaker | None = None) -> None:
    """A log of some entries, stopped."""
    async with ledger(data, CLOCK, speaker) as log:
        await log.hear(*(stored(uuid4()) for _ in range(count)))


def bend(data: Path, *statements: str) -> None:
    with Database(f"sqlite:///{data}/audit.db") as db, db.transaction() as session:
        for statement in statements:
            session.connection().execute(text(statement))


async def start(data: Path, log_origin: str = ORIGIN) -> None:
    async with ledger(data, CLOCK, log_origin=log_origin):
        pass


def lose_database(data: Path) -> None:
    for left in data.glob("audit.db*"):
        left.unlink()


async def test_a_sound_log_is_carried_on(tmp_path: Path) -> None:
    speaker = Speaker(CLOCK)
    await grown(tmp_path, 5, speaker)
    async with ledger(tmp_path, CLOCK, speaker) as log:
        await log.hear(stored())
        checkpoint = log.ctx.checkpoint_file.read()
    assert checkpoint is not None
    assert checkpoint.startswith(b"liuhen.local/log/1\n6\n")


async def test_an_old_back_up_of_the_database_is_not_carried_on(tmp_path: Path) -> None:
    speaker = Speaker(CLOCK)
    await grown(tmp_path, 5, speaker)
    shutil.copy(tmp_path / "audit.db", tmp_path / "back-up")
    await grown(tmp_path, 3, speaker)
    lose_database(tmp_path)
    shutil.copy(tmp_path / "back-up", tmp_path / "audit.db")
    with pytest.raises(LogRolledBackError, match="8 entries were signed, 5 are here"):
        await start(tmp_path)


async def test_a_lost_database_is_not_begun_anew(tmp_path: Path) -> None:
    await grown(tmp_path)
    lose_database(tmp_path)
    with pytest.raises(LogRolledBackError):
        await start(tmp_path)


@pytest.mark.parametrize(
    "bending",
    [
        ("DROP TRIGGER entry_no_delete", 'DELETE FROM entry WHERE "index" = 4'),
        ("DROP TRIGGER entry_no_delete", "DELETE FROM entry"),
        ("DROP TRIGGER entry_no_update", "UPDATE entry SET leaf = x'7b7d' WHERE \"index\" = 4"),
        ("DROP TRIGGER node_no_update", "UPDATE node SET hash = zeroblob(32) WHERE level = 2"),
        ("DROP TRIGGER node_no_delete", "DELETE FROM node WHERE level = 2"),
        ("DROP TRIGGER log_only_grows", "UPDATE log SET size = 4"),
        ("DROP TRIGGER log_only_grows", "UPDATE log SET root = zeroblob(32)"),
        ("DROP TRIGGER log_only_grows", "UPDATE log SET edge = zeroblob(64)"),
        ("DROP TRIGGER log_only_grows", "UPDATE log SET edge = zeroblob(63)"),
    ],
)
async def test_tables_that_contradict_each_other_are_not_carried_on(
    tmp_path: Path, bending: tuple[str, str]
) -> None:
    await grown(tmp_path)
    bend(tmp_path, *bending)
    with pytest.raises(LogDamagedError):
        await start(tmp_path)


async def test_a_bent_tree_is_noticed_also_where_nothing_was_signed_yet(tmp_path: Path) -> None:
    async with ledger(tmp_path, CLOCK) as log:
        await log.bus.publish([log.speaker.record(stored())])
        await log.app.state.steps["consumer"](0)
    bend(tmp_path, "DROP TRIGGER node_no_update", "UPDATE node SET hash = zeroblob(32)")
    with pytest.raises(LogDamagedError, match="right edge"):
        await start(tmp_path)


async def test_a_log_that_was_rewritten_whole_contradicts_what_was_signed(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    await grown(tmp_path)
    await grown(tmp_path / "other")
    shutil.copy(tmp_path / "keys" / "log.key", tmp_path / "other" / "keys" / "log.key")
    shutil.copy(
        tmp_path / "keys" / "log.checkpoint", tmp_path / "other" / "keys" / "log.checkpoint"
    )
    bend(tmp_path / "other", "DROP TRIGGER checkpoint_no_delete", "DELETE FROM checkpoint")
    with pytest.raises(LogDamagedError, match="not the root that was signed"):
        await start(tmp_path / "other")


async def test_a_database_that_is_ahead_of_the_copied_checkpoint_is_sound(tmp_path: Path) -> None:
    speaker = Speaker(CLOCK)
    await grown(tmp_path, 2, speaker)
    copy = (tmp_path / "keys" / "log.checkpoint").read_bytes()
    await grown(tmp_path, 2, speaker)
    (tmp_path / "keys" / "log.checkpoint").write_bytes(copy)  # stopped between commit and copy
    await start(tmp_path)


def lose_key(key: Path) -> None:
    key.unlink()


def change_key(key: Path) -> None:
    key.unlink()
    shutil.copy(key.with_name("other.key"), key)


def spoil_checkpoint(key: Path) -> None:
    key.with_name("log.checkpoint").write_bytes(b"nothing signed\n")


@pytest.mark.parametrize("harm", [lose_key, change_key, spoil_checkpoint])
async def test_without_its_own_key_a_log_is_not_carried_on(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    (tmp_path / "other").mkdir()
    await grown(tmp_path)
    await grown(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "keys" / "log.key", tmp_path / "keys" / "other.key")
    harm(tmp_path / "keys" / "log.key")
    with pytest.raises(LogKeyError):
        await start(tmp_path)


async def test_a_lost_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    await grown(tmp_path)
    lose_key(tmp_path / "keys" / "log.key")
    with pytest.raises(LogKeyError, match="missing"):
        await start(tmp_path)
    assert not (tmp_path / "keys" / "log.key").exists()


async def test_the_key_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    await grown(tmp_path, 1)
    assert stat.S_IMODE((tmp_path / "keys" / "log.key").stat().st_mode) == 0o600


async def test_a_log_keeps_its_name(tmp_path: Path) -> None:
    await grown(tmp_path)
    with pytest.raises(LogRefusedError):
        await start(tmp_path, log_origin="log.example/2")
