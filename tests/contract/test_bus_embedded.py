"""What only the embedded bus does: one file, one numbering, a tail in memory."""

from collections.abc import Generator
from pathlib import Path

import anyio
import pytest

from common import tail
from common.bus import Partition, Record, partition_of
from common.bus_embedded import EmbeddedBus
from common.db import Database


@pytest.fixture
def db(tmp_path: Path) -> Generator[Database]:
    with Database(f"sqlite:///{tmp_path}/bus.db") as database:
        yield database


def record(key: str, type_: str = "line.thing.counted.v1") -> Record:
    return Record("line", partition_of(key, 4), key, {"ce_type": type_}, key.encode())


TYPES = frozenset({"line.thing.counted.v1"})
TOPICS = frozenset({"line"})


async def test_a_type_not_asked_for_comes_without_its_value(db: Database) -> None:
    bus = EmbeddedBus(db)
    await bus.publish([record("a"), record("b", "line.thing.ignored.v1")])
    batch = await EmbeddedBus(db).subscribe("g", TOPICS, TYPES, dict).poll(9, 0)
    assert [got.record.value for got in batch] == [b"a", b""]


async def test_publishing_ends_a_wait_at_once(db: Database) -> None:
    bus = EmbeddedBus(db)
    subscription = bus.subscribe("g", TOPICS, TYPES, dict)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(subscription.poll, 9, 3600)
            await anyio.wait_all_tasks_blocked()
            await bus.publish([record("a")])
    assert len(await subscription.poll(9, 0)) == 1


async def test_a_group_however_far_behind_reads_everything_in_order(db: Database) -> None:
    bus = EmbeddedBus(db)
    keys = [str(number) for number in range(2 * tail.LENGTH_MAX + 100)]
    await bus.publish([record("0")])
    slow = bus.subscribe("slow", TOPICS, TYPES, dict)
    read = [got.record.key for got in await slow.poll(1, 0)]
    for start in range(1, len(keys), 700):
        await bus.publish([record(key) for key in keys[start : start + 700]])
    while batch := await slow.poll(300, 0):
        read += [got.record.key for got in batch]
    assert read == keys
    first = bus.subscribe("new", TOPICS, TYPES, dict)
    assert [got.record.key for got in await first.poll(3, 0)] == ["0", "1", "2"]


async def test_a_topic_not_asked_for_is_not_delivered(db: Database) -> None:
    bus = EmbeddedBus(db)
    subscription = bus.subscribe("g", TOPICS, None, dict)
    await bus.publish([record("a")])
    assert len(await subscription.poll(9, 0)) == 1
    other = Record("other", 0, "b", {}, b"")
    await bus.publish([other, record("c"), other])
    assert [got.record.key for got in await subscription.poll(9, 0)] == ["c"]
    assert await subscription.poll(9, 0) == []


async def test_a_group_goes_back_over_what_it_just_read(db: Database) -> None:
    bus = EmbeddedBus(db)
    applied: dict[Partition, int] = {}
    subscription = bus.subscribe("g", TOPICS, TYPES, lambda: applied)
    await subscription.poll(9, 0)
    for _ in range(2):
        await bus.publish([record("a"), record("b")])
    for _ in range(2):
        assert [got.record.key for got in await subscription.poll(3, 0)] == ["a", "b", "a"]
        await subscription.rewind()


async def test_each_topic_has_a_place_of_its_own(db: Database) -> None:
    bus = EmbeddedBus(db)
    applied: dict[Partition, int] = {}
    subscription = bus.subscribe("g", TOPICS | {"other"}, None, lambda: applied)
    await bus.publish([Record("other", 0, "b", {}, b""), record("a")])
    assert len(await subscription.poll(9, 0)) == 2
    applied = {("line", 0): 2}
    for reader in (
        subscription,
        EmbeddedBus(db).subscribe("h", TOPICS | {"other"}, None, lambda: applied),
    ):
        await reader.rewind()
        assert [got.record.key for got in await reader.poll(9, 0)] == ["b"]


async def test_what_another_process_wrote_is_read_in_its_place(db: Database) -> None:
    ours, theirs = EmbeddedBus(db), EmbeddedBus(db)
    subscription = ours.subscribe("g", TOPICS, TYPES, dict)
    await ours.publish([record("a")])
    assert len(await subscription.poll(9, 0)) == 1
    await theirs.publish([record("b")])
    await ours.publish([record("c")])
    assert [got.record.key for got in await subscription.poll(9, 0)] == ["b", "c"]

    await theirs.publish([record("d")])  # nobody wakes our reader: it looks when it waits in vain
    polls = [await subscription.poll(9, 0) for _ in range(3)]
    assert [got.record.key for batch in polls for got in batch] == ["d"]


async def test_progress_is_shown_again_after_a_restart(db: Database) -> None:
    bus = EmbeddedBus(db)
    await bus.publish([record("a"), record("b")])
    for life in (bus, EmbeddedBus(db)):
        subscription = life.subscribe("g", TOPICS, TYPES, dict)
        await subscription.poll(9, 0)
        await subscription.commit()
        assert life.progress() == {"g": 2}
