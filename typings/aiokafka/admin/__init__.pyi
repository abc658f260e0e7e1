from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Unpack

from aiokafka._connection import Connection
from aiokafka.admin.config_resource import ConfigResource

class NewTopic:
    def __init__(
        self,
        name: str,
        num_partitions: int,
        replication_factor: int,
        *,
        topic_configs: Mapping[str, str] = ...,
    ) -> None: ...

class _TopicsMade(Protocol):
    topic_errors: Sequence[tuple[Any, ...]]

class _Configs(Protocol):
    resources: Sequence[tuple[int, str, int, str, Sequence[tuple[str, str]]]]

class AIOKafkaAdminClient:
    def __init__(
        self,
        **connection: Unpack[Connection],
    ) -> None: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def create_topics(self, new_topics: Sequence[NewTopic]) -> _TopicsMade: ...
    async def describe_topics(self, topics: Sequence[str]) -> Sequence[dict[str, Any]]: ...
    async def describe_configs(
        self, config_resources: Sequence[ConfigResource]
    ) -> Sequence[_Configs]: ...
