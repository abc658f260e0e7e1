"""Brokers die while events travel: none is lost, none counts twice, and work goes on by itself.

Method: three brokers with three copies of each event; a producer and a consumer on PostgreSQL.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import anyio
import pytest
from aiokafka.errors import KafkaError
from anyio import to_thread

from common import bus_kafka, kafka_topics, loops
from tests.support.line import INBOX, PARTITIONS, Line, ManyBoxes, counted
from tests.support.topics import made
from tools.engines import kafka as kafkas
from tools.engines.postgres import Postgres

THINGS = [uuid4() for _ in range(8)]
EACH = 60
PATIENCE_S = 120.0


@pytest.fixture
async def brokers(three_brokers: kafkas.Cluster) -> kafkas.Cluster:
    """All three running, whatever the test before did to them."""
    await to_thread.run_sync(three_brokers.start)
    return three_brokers


async def one_dies(cluster: kafkas.Cluster) -> None:
    await to_thread.run_sync(cluster.brokers[0].server.kill)


async def all_die_and_come_back(cluster: kafkas.Cluster) -> None:
    for broker in cluster.brokers:
        await to_thread.run_sync(broker.server.kill)
    await to_thread.run_sync(cluster.start)


@pytest.mark.parametrize("fault", [one_dies, all_die_and_come_back])
async def test_events_survive_their_brokers(
    brokers: kafkas.Cluster,
    postgres: Postgres,
    fault: Callable[[kafkas.Cluster], Coroutine[Any, Any, None]],
) -> None:
    many = ManyBoxes(postgres, brokers)
    await kafka_topics.make(many.url, {"line": PARTITIONS}, copies=3)
    line = Line(many)
    heartbeats = loops.Heartbeats(line.clock, ["relay", "consumer"])
    with anyio.fail_after(PATIENCE_S):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(loops.forever, "relay", line.relay.step, heartbeats)
            tasks.start_soon(loops.forever, "consumer", line.consumer.step, heartbeats)
            await emit(line, range(EACH // 3))
            await applied(line, EACH // 3)  # everything moves
            async with anyio.create_task_group() as under_load:
                under_load.start_soon(fault, brokers)
                await emit(line, range(EACH // 3, EACH))
            await applied(line, EACH)
            tasks.cancel_scope.cancel()
    by_thing = {thing: [n for it, n in line.applied() if it == thing] for thing in THINGS}
    assert by_thing == {thing: list(range(EACH)) for thing in THINGS}
    assert (line.rows(INBOX.gaps), line.rows(INBOX.parked)) == ([], [])
    await line.close()


async def test_a_reader_without_news_says_when_nobody_is_there_any_more(
    brokers: kafkas.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus_kafka, "SILENCE_MAX_S", 0)
    topic = f"quiet{uuid4().hex}"
    await made(brokers, {topic: PARTITIONS})
    bus = bus_kafka.KafkaBus(brokers.url)
    reader = bus.subscribe("g", frozenset({topic}), None, dict)
    with anyio.fail_after(PATIENCE_S):
        assert await reader.poll(9, 0) == []  # nothing to hear, and somebody there
        for broker in brokers.brokers:
            await to_thread.run_sync(broker.server.kill)
        with pytest.raises((KafkaError, TimeoutError)):
            await reader.poll(9, 0)
        await to_thread.run_sync(brokers.start)
        while not await answers(reader):
            pass
    await bus.close()


async def answers(reader: bus_kafka.KafkaSubscription) -> bool:
    """Whether the brokers answer: for a while after their start they refuse."""
    try:
        await reader.poll(9, 1)
    except (KafkaError, TimeoutError):
        return False
    return True


async def emit(line: Line, numbers: range) -> None:
    for number in numbers:
        for thing in THINGS:
            await to_thread.run_sync(line.emit, *counted(thing, number))


async def applied(line: Line, each: int) -> None:
    """Wait until so many events of every thing were applied."""
    while len(await to_thread.run_sync(line.applied)) < each * len(THINGS):
        await anyio.lowlevel.checkpoint()
