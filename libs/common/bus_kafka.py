"""The bus for many boxes: Apache Kafka, with the reading places in the services' databases."""

import asyncio
import ssl
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError, NoOffsetForPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder
from anyio import current_time, fail_after, move_on_after, to_thread
from typing_extensions import override

from common.bus import Partition, Received, Record, Resume

BATCH_MAX_BYTES: Final = 512 * 2**10
"""Half of what a broker takes as one batch by default. A larger record goes alone."""
CLOSE_MAX_S: Final = 5.0
"""How long a connection may take to say goodbye; a broker that is away never answers."""
SILENCE_MAX_S: Final = 10.0
"""How long a reader hears nothing before it asks whether anybody is there."""
ANSWER_MAX_S: Final = 5.0
RETRY_PAUSE_MS: Final = 500
"""Between tries while brokers are away: each try is a line in the log."""
UNREADABLE: Final = "\ufffd"
"""Stands for what is no text in a foreign record: it must be possible to put it aside."""
PLAIN, SASL, TLS = "kafka", "kafka+sasl", "kafka+tls"
MECHANISM: Final = "SCRAM-SHA-512"


class KafkaAddressError(Exception):
    """The address of the bus cannot be understood."""


@dataclass(frozen=True)
class KafkaAddress:
    """Where the brokers are, and how they know us."""

    options: Mapping[str, Any]
    """As aiokafka's clients take them."""
    prefix: str = ""
    """Before the name of every topic and group, where the cluster is not ours alone."""

    @classmethod
    def of(cls, url: str) -> Self:
        """Read `kafka://HOST:PORT,HOST:PORT…[/?prefix=NAME]`.

        With `kafka+sasl://USER:PASSWORD@…` the brokers ask who we are, with
        `kafka+tls://[USER:PASSWORD@]…[/?ca=FILE]` we speak TLS with them.

        Raises:
            KafkaAddressError: it is none of these.
        """
        parts = urlsplit(url)
        who, _, brokers = parts.netloc.rpartition("@")
        query = dict(parse_qsl(parts.query))
        if (
            parts.scheme not in {PLAIN, SASL, TLS}
            or not brokers
            or (parts.scheme == SASL and not who)
        ):
            raise KafkaAddressError(
                "kafka://HOST:PORT,…, kafka+sasl://USER:PASSWORD@… or kafka+tls://…"
            )
        options: dict[str, Any] = {
            "bootstrap_servers": brokers.split(","),
            "retry_backoff_ms": RETRY_PAUSE_MS,
        }
        if who:
            user, _, password = who.partition(":")
            options |= {
                "sasl_mechanism": MECHANISM,
                "sasl_plain_username": unquote(user),
                "sasl_plain_password": unquote(password),
            }
        if parts.scheme == TLS:
            options["ssl_context"] = ssl.create_default_context(cafile=query.get("ca"))
        options["security_protocol"] = {
            (False, False): "PLAINTEXT",
            (True, False): "SASL_PLAINTEXT",
            (False, True): "SSL",
            (True, True): "SASL_SSL",
        }[bool(who), parts.scheme == TLS]
        return cls(options, query.get("prefix", ""))


class KafkaBus:
    """One service's connections to a Kafka cluster whose topics exist."""

    def __init__(self, url: str) -> None:
        """Read the address; connect at the first use.

        Raises:
            KafkaAddressError: `url` is none of Kafka.
        """
        self._address = KafkaAddress.of(url)
        self._producer: AIOKafkaProducer | None = None
        self._subscriptions: list[KafkaSubscription] = []

    async def publish(self, records: Sequence[Record]) -> None:
        try:
            producer = self._producer = self._producer or await self._connected()
            lines: dict[tuple[str, int], list[Record]] = defaultdict(list)
            for record in records:
                lines[record.topic, record.partition].append(record)
            await asyncio.gather(*(self._send(producer, *it) for it in lines.items()))
        except BaseException:
            # What became of the batch is not known. A producer goes on after a hole in its numbers;
            # a new one begins with what its caller sends again.
            await self._forget_producer()
            raise

    def subscribe(
        self,
        group: str,
        topics: frozenset[str],
        types: frozenset[str] | None,  # noqa: ARG002 - Kafka cannot choose; the consumer does
        resume: Resume,
    ) -> "KafkaSubscription":
        subscription = KafkaSubscription(self._address, group, topics, resume)
        self._subscriptions.append(subscription)
        return subscription

    async def close(self) -> None:
        for subscription in self._subscriptions:
            await subscription.close()
        await self._forget_producer()

    async def _connected(self) -> AIOKafkaProducer:
        producer = AIOKafkaProducer(
            **self._address.options,
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_MAX_BYTES,
            max_request_size=8 * 2**20,
        )
        await _start(producer)
        return producer

    async def _send(
        self, producer: AIOKafkaProducer, place: Partition, records: Sequence[Record]
    ) -> None:
        """Send what belongs to a partition, and nothing after a part that was not acknowledged."""
        topic, partition = place
        sent = 0
        while sent < len(records):
            batch = producer.create_batch()
            while sent < len(records) and _is_added(batch, records[sent]):
                sent += 1
            await (
                await producer.send_batch(batch, self._address.prefix + topic, partition=partition)
            )

    async def _forget_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer:
            await _stop(producer)


class KafkaSubscription:
    """A member of a group: Kafka says which partitions are its own, the database where to begin.

    Nothing is ever committed to Kafka and no reading place is guessed, so a partition that was
    given anew yields nothing until this class has placed it.
    """

    def __init__(
        self, address: KafkaAddress, group: str, topics: frozenset[str], resume: Resume
    ) -> None:
        self._address = address
        self._group = group
        self._topics = topics
        self._resume = resume
        self._consumer: AIOKafkaConsumer | None = None
        self._placed: set[TopicPartition] = set()
        self._heard_at = 0.0
        """When the brokers last gave a sign of life, by the event loop's clock."""

    async def poll(self, limit: int, wait_s: float) -> Sequence[Received]:
        consumer = self._consumer = self._consumer or await self._joined()
        await self._place(consumer, consumer.assignment() - self._placed)
        try:
            found = await consumer.getmany(timeout_ms=round(wait_s * 1000), max_records=limit)
        except NoOffsetForPartitionError:  # given anew between the two lines above
            self._placed.clear()
            return []
        if found:
            self._heard_at = current_time()
        else:
            await self._expect_somebody(consumer)
        return [self._received(record) for records in found.values() for record in records]

    async def rewind(self) -> None:
        # The places are looked up by the next poll: a database that is away now would leave the
        # reader behind what it did not apply.
        self._placed.clear()

    async def commit(self) -> None:
        """Say nothing: the marks in the database tell, and the metrics show them."""

    async def close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer:
            await _stop(consumer)

    async def _expect_somebody(self, consumer: AIOKafkaConsumer) -> None:
        """Fail where nobody is there: aiokafka waits for brokers as quietly as for news."""
        if current_time() - self._heard_at >= SILENCE_MAX_S:
            with fail_after(ANSWER_MAX_S):
                await consumer.topics()
            self._heard_at = current_time()

    async def _joined(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            **self._address.options,
            group_id=self._address.prefix + self._group,
            enable_auto_commit=False,
            auto_offset_reset="none",
        )
        names = [self._address.prefix + topic for topic in self._topics]
        consumer.subscribe(names, listener=_Forgetting(self._placed))
        await _start(consumer)
        return consumer

    async def _place(self, consumer: AIOKafkaConsumer, wanted: AbstractSet[TopicPartition]) -> None:
        if not wanted:
            return
        applied = await to_thread.run_sync(self._resume)
        for partition in wanted & consumer.assignment():
            at = applied.get((self._topic(partition), partition.partition), -1)
            consumer.seek(partition, at + 1)
            self._placed.add(partition)

    def _topic(self, place: TopicPartition | ConsumerRecord) -> str:
        return place.topic.removeprefix(self._address.prefix)

    def _received(self, found: ConsumerRecord) -> Received:
        headers = {_text(name): _text(value) for name, value in found.headers}
        topic, key = self._topic(found), _text(found.key)
        return Received(
            Record(topic, found.partition, key, headers, found.value or b""), found.offset
        )


class _Forgetting(ConsumerRebalanceListener):
    """After partitions were given anew, every place must be looked up again."""

    def __init__(self, placed: set[TopicPartition]) -> None:
        self._placed = placed

    @override
    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._placed.clear()

    @override
    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._placed.clear()


def _is_added(batch: BatchBuilder, record: Record) -> bool:
    """Add a record to a batch that still has room for it."""
    headers = [(name, value.encode()) for name, value in record.headers.items()]
    key = record.key.encode()
    return bool(batch.append(timestamp=None, key=key, value=record.value, headers=headers))


async def _start(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """Connect, or leave nothing open.

    Who is cut off waits for the start to end by itself: cancelled between its first question and
    the answer, aiokafka 0.14 forgets its first connection without closing it.
    """
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except BaseException:
        with move_on_after(CLOSE_MAX_S, shield=True):
            await asyncio.wait({starting})
        starting.cancel()
        await _stop(client)
        raise


async def _stop(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    with move_on_after(CLOSE_MAX_S, shield=True):
        try:
            await client.stop()
        except KafkaError:
            return  # it was on its way out


def _text(found: str | bytes | None) -> str:
    text = found.decode(errors="replace") if isinstance(found, bytes) else found or ""
    return text.replace("\0", UNREADABLE)  # PostgreSQL keeps no NUL in a text
