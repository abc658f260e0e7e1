# What Liuhen uses of aiokafka, which has no types of its own.

from asyncio import Future
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Unpack

from aiokafka._connection import Connection
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.producer.message_accumulator import BatchBuilder

class TopicPartition(NamedTuple):
    topic: str
    partition: int

class ConsumerRecord:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

class AIOKafkaConsumer:
    def __init__(
        self,
        *topics: str,
        group_id: str | None = None,
        enable_auto_commit: bool = True,
        auto_offset_reset: str = ...,
        **connection: Unpack[Connection],
    ) -> None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def subscribe(
        self, topics: Collection[str] = (), listener: ConsumerRebalanceListener | None = None
    ) -> None: ...
    def assignment(self) -> set[TopicPartition]: ...
    def seek(self, partition: TopicPartition, offset: int) -> None: ...
    async def commit(self) -> None: ...
    async def topics(self) -> set[str]: ...
    async def getone(self) -> ConsumerRecord: ...
    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]: ...
    async def end_offsets(
        self, partitions: Collection[TopicPartition]
    ) -> Mapping[TopicPartition, int]: ...

class AIOKafkaProducer:
    def __init__(
        self,
        *,
        acks: str | int = ...,
        enable_idempotence: bool = False,
        max_batch_size: int = ...,
        max_request_size: int = ...,
        **connection: Unpack[Connection],
    ) -> None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def create_batch(self) -> BatchBuilder: ...
    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> Future[object]: ...
    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        *,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Future[object]: ...
    async def send_and_wait(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        *,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> object: ...
