"""How many events a second travel over Kafka from one PostgreSQL into another, and how fast."""

from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from statistics import quantiles
from time import perf_counter
from typing import Final, NamedTuple
from uuid import uuid4

import anyio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from anyio import to_thread

from bench.events import BURST, some
from bench.figures import Figure
from bench.line import PARTITIONS, Counted, Group, Operation, count, count_later, running
from common import kafka_topics
from common.bus import Bus, partition_of
from common.bus_kafka import KafkaBus
from common.clock import SystemClock
from common.db import Database
from tools.stack.engines import Engines

RUNS: Final = 5
EVENTS: Final = 12_000
PACES_PER_S: Final = (4_000, 5_000, 6_000, 7_000, 8_000, 10_000, 12_000)
"""From the goal upwards."""
AT_ONCE: Final = float("inf")
PACED_S: Final = 5
DELAY_MAX_S: Final = 1.0
HELD: Final = 0.97
"""How much of a pace must really have been emitted: who waits for a turn emits later."""
SHARED: Final = "the two processors, which PostgreSQL, Kafka, who emits and who applies share"


class ManyBoxes:
    """A line on the engines: databases and topics of its own."""

    def __init__(self, its: Engines) -> None:
        self._its = its
        self.url = f"{its.kafka.url}/?prefix={uuid4().hex}."
        anyio.run(kafka_topics.make, self.url, {"line": PARTITIONS}, 1)

    def database(self, name: str) -> str:  # noqa: ARG002 - a new one has no need of a name
        return self._its.postgres.new_database()

    def bus(self) -> Bus:
        return KafkaBus(self.url)


def measure(its: Engines) -> Sequence[Figure]:
    said = some(EVENTS)
    bare = [EVENTS / anyio.run(_bare_kafka_s, its, said) for _ in range(RUNS)]
    steady = [_steady(its) for _ in range(RUNS)]
    return [
        Figure(
            name="engines.events",
            unit=f"events/s with p99 below {DELAY_MAX_S} s",
            runs=[ceiling for ceiling, _ in steady],
            against="bare aiokafka, the same bytes produced and consumed at once",
            baseline=bare,
            goal=PACES_PER_S[0],
            limit=SHARED,
        ),
        Figure(
            name="engines.delay_p99",
            unit=f"s from commit to commit at {PACES_PER_S[0]} events/s",
            runs=[delay_s for _, delay_s in steady],
            goal=DELAY_MAX_S,
            is_more_better=False,
            limit=SHARED,
        ),
        _burst(its, said, "engines.burst", count_later, f"{SHARED}; who emits outruns the relay"),
        _burst(
            its,
            said,
            "engines.burst_one_by_one",
            count,
            "applying: each event's own statement is a round trip to PostgreSQL",
        ),
    ]


def _burst(
    its: Engines, said: Sequence[Counted], name: str, operation: Operation, limit: str
) -> Figure:
    runs: list[float] = []
    bare: list[float] = []
    for _ in range(RUNS):
        runs.append(_emit(ManyBoxes(its), said, AT_ONCE, operation).applied_per_s)
        bare.append(EVENTS / anyio.run(_bare_kafka_s, its, said))
    return Figure(
        name=name,
        unit="events/s, all emitted at once",
        runs=runs,
        against="bare aiokafka, the same bytes produced and consumed",
        baseline=bare,
        limit=limit,
    )


def _steady(its: Engines) -> tuple[float, float]:
    """The highest pace whose events are applied in time, and the delay at the lowest pace.

    0 where not even the lowest pace is held.
    """
    held, at_goal_s = 0.0, float("inf")
    for pace in PACES_PER_S:
        said = some(pace * PACED_S)
        run = _emit(ManyBoxes(its), said, pace, count_later)
        at_goal_s = run.delay_p99_s if pace == PACES_PER_S[0] else at_goal_s
        if run.delay_p99_s > DELAY_MAX_S or run.emitted_per_s < HELD * pace:
            break
        held = float(pace)
    return held, at_goal_s


class Run(NamedTuple):
    """What was seen of events emitted at a pace."""

    emitted_per_s: float
    applied_per_s: float
    delay_p99_s: float
    """From the commit of who emits to the commit of who applies."""


def _emit(
    places: ManyBoxes, said: Sequence[Counted], pace_per_s: float, operation: Operation
) -> Run:
    """Emit at an even pace and see how it is applied.

    Who emits and who applies are two processes, as two services on many boxes are.
    """
    process = get_context("spawn")
    told: SimpleQueue[dict[int, float]] = process.SimpleQueue()
    reading = (places.url, places.database("group"), operation, len(said), told)
    reader = process.Process(target=_read_all, args=reading)
    reader.start()
    begun, emitted, applied = anyio.run(_emit_all, places, said, pace_per_s, told)
    reader.join()
    delays = [applied[event.number] - at for event, at in zip(said, emitted, strict=True)]
    return Run(
        emitted_per_s=len(said) / (emitted[-1] - begun),
        applied_per_s=len(said) / (max(applied.values()) - begun),
        delay_p99_s=quantiles(delays, n=100)[98],
    )


async def _emit_all(
    places: ManyBoxes,
    said: Sequence[Counted],
    pace_per_s: float,
    told: "SimpleQueue[dict[int, float]]",
) -> tuple[float, Sequence[float], dict[int, float]]:
    """When it began, when each event was committed, and when each number was applied."""
    async with running(places, 0) as line:
        await to_thread.run_sync(line.emit, some(BURST), BURST)  # connects everything
        await to_thread.run_sync(told.get)
        begun = perf_counter()
        emitted: list[float] = []
        for start in range(0, len(said), BURST):
            await anyio.sleep(max(0, begun + start / pace_per_s - perf_counter()))
            part = said[start : start + BURST]
            await to_thread.run_sync(line.emit, part, BURST)
            emitted += [perf_counter()] * len(part)
        applied = await to_thread.run_sync(told.get)
    return begun, emitted, applied


def _read_all(
    bus_url: str,
    database: str,
    operation: Operation,
    events: int,
    told: "SimpleQueue[dict[int, float]]",
) -> None:
    """Apply everything in a process of its own; tell of the first part, and when each was applied.

    `perf_counter` is the machine's: both processes read the same.
    """

    async def apply() -> None:
        bus = KafkaBus(bus_url)
        group = Group("group", Database(database), bus, SystemClock(), operation)
        for wanted in (BURST, BURST + events):
            while group.applied < wanted:
                await group.step(1)
            told.put(group.applied_at)
            group.applied_at = {}
        group.check(BURST + events)
        await bus.close()

    anyio.run(apply)


async def _bare_kafka_s(its: Engines, events: Sequence[Counted]) -> float:
    prefix = f"{uuid4().hex}."
    await kafka_topics.make(f"{its.kafka.url}/?prefix={prefix}", {"line": PARTITIONS}, 1)
    topic = f"{prefix}line"
    producer = AIOKafkaProducer(
        bootstrap_servers=its.kafka.addresses, acks="all", enable_idempotence=True
    )
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=its.kafka.addresses, auto_offset_reset="earliest"
    )
    values = [(str(it.thing), it.model_dump_json().encode()) for it in events]
    headers = [("ce_type", Counted.type.encode())] * 11  # as many as a relay's
    await producer.start()
    await consumer.start()
    begun = perf_counter()
    for start in range(0, len(values), 500):
        sent = [
            await producer.send(
                topic, value, key.encode(), partition_of(key, PARTITIONS), headers=headers
            )
            for key, value in values[start : start + 500]
        ]
        for one in sent:
            await one
    read = 0
    while read < len(values):
        read += sum(map(len, (await consumer.getmany(timeout_ms=1000, max_records=500)).values()))
    taken_s = perf_counter() - begun
    await producer.stop()
    await consumer.stop()
    return taken_s
