"""Makes and checks the topics on Kafka: all is kept, and a count of partitions is for ever."""

import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from typing_extensions import override

from common.bus_kafka import KafkaAddress

FOR_EVER: Final = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
"""A service added later reads from the start: nothing may ever be cut off or compacted away."""
_ALREADY_THERE: Final = 36


class TopicsError(Exception):
    """The brokers cannot be reached, or their topics are not as they must be; says which."""


async def make(url: str, partitions: Mapping[str, int], copies: int) -> None:
    """Make the topics that are missing, each with `copies` replicas; the others stay as they are.

    Raises:
        TopicsError: a broker refused.
        KafkaAddressError: `url` is none of Kafka.
    """
    # A write counts when it is on two brokers, so that one may die; on one broker there is one.
    config = FOR_EVER | {"min.insync.replicas": str(min(2, copies))}
    address = KafkaAddress.of(url)
    wanted = [
        NewTopic(address.prefix + name, count, copies, topic_configs=config)
        for name, count in partitions.items()
    ]
    async with _admin(address) as admin:
        answer = await admin.create_topics(wanted)
    for topic, code, *said in answer.topic_errors:
        if code not in {0, _ALREADY_THERE}:
            raise TopicsError(f"topic {topic} cannot be made: {said[0] if said else code}")


async def check(url: str, partitions: Mapping[str, int]) -> None:
    """Raise `TopicsError` unless every topic is there, with exactly its partitions."""
    address = KafkaAddress.of(url)
    async with _admin(address) as admin:
        found = await admin.describe_topics([address.prefix + name for name in partitions])
    counts = {
        topic["topic"]: len(topic["partitions"]) for topic in found if not topic["error_code"]
    }
    for name, count in partitions.items():
        there = counts.get(address.prefix + name)
        if there is None:
            raise TopicsError(
                f"topic {address.prefix + name} is missing: run `liuhen topics` first"
            )
        if there != count:
            raise TopicsError(
                f"topic {address.prefix + name} has {there} partitions and needs {count}: another "
                "count would send a case's later events past its earlier ones"
            )


class _Heard(logging.Filter):
    """Listens to what the client tells its log alone: why a broker would not have it."""

    said = ""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        self.said = record.getMessage().removesuffix(": ")
        return False


@asynccontextmanager
async def _admin(address: KafkaAddress) -> AsyncGenerator[AIOKafkaAdminClient]:
    """An admin client for the length of a block, whose failures name the brokers."""
    client = AIOKafkaAdminClient(**address.options)
    heard, log = _Heard(), logging.getLogger("aiokafka")
    log.addFilter(heard)
    try:
        await client.start()
        yield client
    except (KafkaError, OSError) as error:
        brokers = ",".join(address.options["bootstrap_servers"])
        said = heard.said or str(error) or type(error).__name__
        raise TopicsError(f"Kafka at {brokers}: {said}") from error
    finally:
        await client.close()
        log.removeFilter(heard)
