"""What only Kafka does: members of a group share partitions, brokers go away, others write too."""

import asyncio
import gc
import warnings
from collections.abc import Mapping
from itertools import count
from struct import Struct

import anyio
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from common.bus import Partition, Received, Record, partition_of
from common.bus_kafka import KafkaAddress, KafkaAddressError, KafkaBus
from tests.support.topics import made
from tools.engines.kafka import USER, Cluster

PARTITIONS = 4
PRODUCER, PRODUCER_AT = Struct(">qhi"), 43
"""A batch's producer id, its epoch and the first sequence, in the header of a batch of format 2."""
names = count()


@pytest.fixture
async def topic(kafka: Cluster) -> str:
    name = f"kline{next(names)}"
    await made(kafka, {name: PARTITIONS})
    return name


def records(topic: str, numbers: range) -> list[Record]:
    return [
        Record(topic, partition_of(str(n), PARTITIONS), str(n), {"ce_type": "x"}, b"")
        for n in numbers
    ]


class Replicas:
    """Members of one group that apply to one database, as two replicas of a service do."""

    def __init__(self, cluster: Cluster, topic: str) -> None:
        self.applied: dict[Partition, int] = {}
        self.heard: dict[Partition, list[int]] = {}
        self.shares: dict[str, set[Partition]] = {"first": set(), "second": set()}
        self.buses = {name: KafkaBus(cluster.url) for name in self.shares}
        self.scopes = {name: anyio.CancelScope() for name in self.shares}
        self.sent = 0
        self._topic = topic

    async def work(self, member: str) -> None:
        topics = frozenset({self._topic})
        subscription = self.buses[member].subscribe("shared", topics, None, lambda: self.applied)
        with self.scopes[member]:
            while True:
                for got in await subscription.poll(50, 0.2):
                    self._apply(member, got)

    async def send(self) -> None:
        await self.buses["second"].publish(records(self._topic, range(self.sent, self.sent + 100)))
        self.sent += 100

    def is_anything_missing(self) -> bool:
        return sum(map(len, self.heard.values())) < self.sent

    def _apply(self, member: str, got: Received) -> None:
        place = got.record.topic, got.record.partition
        self.shares[member].add(place)
        if got.offset > self.applied.get(place, -1):  # as the inbox's marks do
            self.heard.setdefault(place, []).append(got.offset)
            self.applied[place] = got.offset


async def test_a_second_member_takes_over_its_part_and_nothing_is_missed(
    kafka: Cluster, topic: str
) -> None:
    both = Replicas(kafka, topic)
    with anyio.fail_after(120):
        async with anyio.create_task_group() as tasks:
            for name in both.shares:
                tasks.start_soon(both.work, name)
                while both.is_anything_missing() or not both.shares[name]:
                    await both.send()
            both.scopes["first"].cancel()
            await both.buses["first"].close()
            await both.send()
            while both.is_anything_missing():
                await anyio.lowlevel.checkpoint()
            both.scopes["second"].cancel()
    await both.buses["second"].close()
    for offsets in both.heard.values():
        assert offsets == list(range(len(offsets)))


async def test_an_old_reading_place_in_kafka_is_not_believed(kafka: Cluster, topic: str) -> None:
    bus = KafkaBus(kafka.url)
    await bus.publish(records(topic, range(20)))
    somebody = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.addresses, group_id="moved", auto_offset_reset="earliest"
    )
    await somebody.start()
    await somebody.getmany(timeout_ms=5000)
    await somebody.commit()  # by a tool, or by a database that was restored from a back-up since
    await somebody.stop()
    subscription = bus.subscribe("moved", frozenset({topic}), None, dict)
    got: list[Received] = []
    with anyio.fail_after(60):
        while len(got) < 20:
            got += await subscription.poll(50, 1)
    assert len(got) == 20
    await bus.close()


async def test_any_client_of_kafka_reads_our_headers(kafka: Cluster, topic: str) -> None:
    bus = KafkaBus(kafka.url)
    await bus.publish([Record(topic, 3, "case-1", {"ce_type": "a.b.v1", "ce_id": "7"}, b"{}")])
    await bus.close()
    client = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.addresses, auto_offset_reset="earliest"
    )
    await client.start()
    got = await client.getone()
    await client.stop()
    assert (got.partition, got.key, got.value) == (3, b"case-1", b"{}")
    assert dict(got.headers) == {"ce_type": b"a.b.v1", "ce_id": b"7"}


async def test_what_is_sent_carries_its_producers_number(kafka: Cluster, topic: str) -> None:
    """Only then does a broker know a batch again that a producer sends twice (KIP-98).

    A client that numbers its batches refuses to be made with another word than acks=all.
    """
    with pytest.raises(ValueError, match="acks=1 not supported"):
        AIOKafkaProducer(enable_idempotence=True, acks=1)
    bus = KafkaBus(kafka.url)
    await bus.publish([Record(topic, 2, "1", {"ce_type": "x"}, b"")])
    await bus.close()
    log = kafka.brokers[0].server.log.parent / "log" / f"{topic}-2" / f"{0:020}.log"
    producer_id, _, first_sequence = PRODUCER.unpack_from(log.read_bytes(), PRODUCER_AT)
    assert (producer_id >= 0, first_sequence) == (True, 0)


async def test_what_is_no_text_in_a_foreign_record_comes_as_text_that_can_be_kept(
    kafka: Cluster, topic: str
) -> None:
    foreigner = AIOKafkaProducer(bootstrap_servers=kafka.addresses)
    await foreigner.start()
    await foreigner.send_and_wait(
        topic, None, key=b"\xff\x00", partition=0, headers=[("h", b"\x00\xff")]
    )
    await foreigner.stop()
    bus = KafkaBus(kafka.url)
    subscription = bus.subscribe("strict", frozenset({topic}), None, dict)
    got: list[Received] = []
    with anyio.fail_after(60):
        while not got:
            got += await subscription.poll(9, 1)
    assert got[0].record == Record(topic, 0, "��", {"h": "��"}, b"")
    await bus.close()


async def test_brokers_that_ask_who_is_there_are_told(kafka: Cluster, topic: str) -> None:
    bus = KafkaBus(f"kafka+sasl://{USER}:{kafka.password}@{kafka.sasl_addresses}")
    await bus.publish(records(topic, range(1)))
    await bus.close()
    stranger = KafkaBus(f"kafka+sasl://{USER}:guess@{kafka.sasl_addresses}")
    with pytest.raises(KafkaError):
        await stranger.publish(records(topic, range(1)))


async def test_nobody_there_is_an_error_and_not_a_wait_for_ever() -> None:
    bus = KafkaBus("kafka://127.0.0.1:1")
    with pytest.raises(KafkaError), anyio.fail_after(60):
        await bus.publish(records("t", range(1)))
    applied: Mapping[Partition, int] = {}
    with pytest.raises(KafkaError), anyio.fail_after(60):
        await bus.subscribe("g", frozenset({"t"}), None, lambda: applied).poll(1, 0)
    await bus.close()


async def cut_off(cluster: Cluster, topic: str, turns: int) -> None:
    bus = KafkaBus(cluster.url)
    sending = asyncio.create_task(bus.publish(records(topic, range(1))))
    for _ in range(turns):
        await anyio.lowlevel.checkpoint()
    sending.cancel()
    await asyncio.wait({sending})
    await bus.close()


async def test_who_is_cut_off_at_any_moment_leaves_no_connection_open(
    kafka: Cluster, topic: str
) -> None:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always", ResourceWarning)
        for turns in range(0, 2_000, 25):  # of the event loop, while it connects and sends
            await cut_off(kafka, topic, turns)
        gc.collect()
    assert [str(one.message) for one in warned] == []


@pytest.mark.parametrize(
    "url", ["kafka://", "sqlite:///x", "kafka+sasl://127.0.0.1:9092", "b:9092"]
)
def test_an_address_that_is_none_of_kafka_is_refused(url: str) -> None:
    with pytest.raises(KafkaAddressError):
        KafkaAddress.of(url)
