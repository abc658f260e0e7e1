"""How many events a second travel over Kafka from one PostgreSQL into another, and how fast."""

from collections.abc import Sequence
from statistics import quantiles
from time import perf_counter
from typing import Final
from uuid import uuid4

import anyio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from anyio import to_thread

from bench.events import BURST, some, travel_s
from bench.figures import Figure
from bench.line import PARTITIONS, Counted, Operation, count, count_later, running
from common import kafka_topics
from common.bus import Bus, partition_of
from common.bus_kafka import KafkaBus
from tools.stack.engines import Engines

RUNS: Final = 5
EVENTS: Final = 12_000
PACE_PER_S: Final = 4_000
PACED_S: Final = 5
GOAL_PER_S: Final = 4_000
GOAL_S: Final = 1.0
SHARED: Final = (
    "the two processors, which PostgreSQL, Kafka and one interpreter with all loops share"
)


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
    return [
        _rate(
            its,
            said,
            "engines.events",
            count_later,
            goal=GOAL_PER_S,
            limit=f"{SHARED}; effects are rows alone and go in batches",
        ),
        _rate(
            its,
            said,
            "engines.events_one_by_one",
            count,
            goal=None,
            limit="applying: each event's own statement is a round trip to PostgreSQL",
        ),
        _delay(its),
    ]


def _rate(
    its: Engines,
    said: Sequence[Counted],
    name: str,
    operation: Operation,
    *,
    goal: float | None,
    limit: str,
) -> Figure:
    runs: list[float] = []
    bare: list[float] = []
    for _ in range(RUNS):
        runs.append(EVENTS / anyio.run(travel_s, ManyBoxes(its), 1, said, BURST, operation))
        bare.append(EVENTS / anyio.run(_bare_kafka_s, its, said))
    return Figure(
        name=name,
        unit="events/s",
        runs=runs,
        against="bare aiokafka, the same bytes produced and consumed",
        baseline=bare,
        goal=goal,
        limit=limit,
    )


def _delay(its: Engines) -> Figure:
    runs = [anyio.run(_paced_p99_s, ManyBoxes(its)) for _ in range(RUNS)]
    return Figure(
        name="engines.delay_p99",
        unit=f"s from commit to commit at {PACE_PER_S} events/s",
        runs=runs,
        goal=GOAL_S,
        is_more_better=False,
        limit=SHARED,
    )


async def _paced_p99_s(places: ManyBoxes) -> float:
    """The 99th of a hundred delays while events are emitted at an even pace."""
    said = some(PACE_PER_S * PACED_S)
    async with running(places, 1, count_later) as line:
        await to_thread.run_sync(line.emit, said[:BURST], BURST)  # connects everything
        await line.until_applied(BURST)
        begun = perf_counter()
        emitted: list[float] = []
        for start in range(BURST, len(said), BURST):
            await anyio.sleep(begun + start / PACE_PER_S - perf_counter())
            await to_thread.run_sync(line.emit, said[start : start + BURST], BURST)
            emitted += [perf_counter()] * BURST
        await line.until_applied(len(said))
        (group,) = line.groups
        applied = [group.applied_at[event.number] for event in said[BURST:]]
    delays = [late - early for early, late in zip(emitted, applied, strict=True)]
    return quantiles(delays, n=100)[98]


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
