"""Topics for tests, on a real Kafka."""

from collections.abc import Mapping

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tools.engines.kafka import Cluster


async def made(cluster: Cluster, partitions: Mapping[str, int], copies: int = 1) -> None:
    """Make topics of so many partitions each."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.addresses)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, of, copies) for name, of in partitions.items()])
    finally:
        await admin.close()
