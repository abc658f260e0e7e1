"""Topics for tests, on a real Kafka."""

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from tools.engines.kafka import Cluster

UNKNOWN_TOPIC = 3


async def made(cluster: Cluster, partitions: Mapping[str, int], copies: int = 1) -> None:
    """Make topics of so many partitions each."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.addresses)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, of, copies) for name, of in partitions.items()])
    finally:
        await admin.close()


async def ends(cluster: Cluster, topic: str, partitions: int) -> Mapping[int, int]:
    """The offset that the next record of each partition will get."""
    client = AIOKafkaConsumer(bootstrap_servers=cluster.addresses)
    await client.start()
    try:
        found = await client.end_offsets([TopicPartition(topic, of) for of in range(partitions)])
    finally:
        await client.stop()
    return {at.partition: end for at, end in found.items()}


async def config(cluster: Cluster, topic: str) -> Mapping[str, str]:
    """A topic's settings as the broker says them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.addresses)
    await admin.start()
    try:
        asked = ConfigResource(ConfigResourceType.TOPIC, topic)
        while True:
            (answer,) = await admin.describe_configs([asked])
            code, said, _, _, entries = answer.resources[0]
            if code != UNKNOWN_TOPIC:  # as for a moment after it was made
                assert not code, (topic, said)
                return {entry[0]: entry[1] for entry in entries}
    finally:
        await admin.close()
