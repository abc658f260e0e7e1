"""The topics of a cluster are made once and refused where they are not as they must be."""

from itertools import count

import pytest

from common import kafka_topics
from common.kafka_topics import TopicsError
from tests.support import topics
from tools.engines.kafka import USER, Cluster

numbers = count()


@pytest.fixture
def url(kafka: Cluster) -> str:
    return f"{kafka.url}/?prefix=made{next(numbers)}."


async def test_topics_are_made_once_and_then_fit(url: str) -> None:
    with pytest.raises(TopicsError, match=r"made\d+.a is missing: run `liuhen topics`"):
        await kafka_topics.check(url, {"a": 3})
    for _ in range(2):
        await kafka_topics.make(url, {"a": 3, "b": 1}, copies=1)
        await kafka_topics.check(url, {"a": 3, "b": 1})


async def test_topics_keep_everything(url: str, kafka: Cluster) -> None:
    await kafka_topics.make(url, {"a": 1}, copies=1)
    config = await topics.config(kafka, f"{url.partition('=')[2]}a")
    assert (config["retention.ms"], config["cleanup.policy"]) == ("-1", "delete")


async def test_another_count_of_partitions_is_refused(url: str) -> None:
    await kafka_topics.make(url, {"a": 3}, copies=1)
    with pytest.raises(TopicsError, match="has 3 partitions and needs 4"):
        await kafka_topics.check(url, {"a": 4})


async def test_more_copies_than_brokers_are_refused(url: str) -> None:
    with pytest.raises(TopicsError, match=r"cannot be made"):
        await kafka_topics.make(url, {"a": 1}, copies=3)


@pytest.mark.parametrize("who", ["guess", "nobody"])
async def test_brokers_that_do_not_know_us_are_named(kafka: Cluster, who: str) -> None:
    user = USER if who == "guess" else "nobody"
    with pytest.raises(TopicsError, match=r"Kafka at 127\.0\.0\.1") as refused:
        await kafka_topics.check(f"kafka+sasl://{user}:secret@{kafka.sasl_addresses}", {"a": 1})
    assert "secret" not in str(refused.value)


async def test_brokers_that_are_not_there_are_named() -> None:
    with pytest.raises(TopicsError, match=r"Kafka at 127\.0\.0\.1:1"):
        await kafka_topics.check("kafka://127.0.0.1:1", {"a": 1})
