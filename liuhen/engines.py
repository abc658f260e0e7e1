"""Opens the engines that a service's settings name, and refuses those that do not fit."""

import asyncio
from importlib import import_module
from typing import Final

from common import kafka_topics, migrate
from common.bus import Bus
from common.bus_embedded import EmbeddedBus
from common.bus_kafka import KafkaAddressError, KafkaBus
from common.db import Database, DatabaseAddressError
from common.kafka_topics import TopicsError
from common.migrate import SchemaError
from common.relay import begin_life
from contracts.topics import PARTITIONS

SQLITE: Final = "sqlite:"
"""How the address of an embedded bus begins; every other one is of Kafka."""
REFUSALS: Final = (DatabaseAddressError, KafkaAddressError, SchemaError, TopicsError)
"""Engines that are not as they must be; each says so in a sentence. Away is said by `in_words`."""


def open_bus(url: str) -> Bus:
    """A connection to the bus at `url`, which is checked first.

    Raises:
        KafkaAddressError: no bus has such an address.
        TopicsError: the brokers do not answer, do not know us, or their topics do not fit.
    """
    if url.startswith(SQLITE):
        return EmbeddedBus(Database(url))
    asyncio.run(kafka_topics.check(url, PARTITIONS))
    return KafkaBus(url)


def make_topics(url: str, copies: int) -> None:
    """Make the topics that a Kafka at `url` lacks.

    Raises:
        KafkaAddressError: it is no address of Kafka.
        TopicsError: the brokers do not answer, or refuse.
    """
    asyncio.run(kafka_topics.make(url, PARTITIONS, copies))


def upgrade(url: str, name: str, role: str | None, *, restored: bool) -> None:
    """Bring the database of service `name` to its newest schema, and `role` to its rights in it.

    `restored` says that it is a back-up, and that no relay of it runs: a new life of its numbering
    begins, because the numbers given after the back-up are known to others.

    Raises:
        DatabaseAddressError: `url` is no address of a database.
        DatabaseAwayError: it does not answer, or does not know us.
    """
    tables = import_module(f"{name}.tables")
    insert_only = {row.__tablename__ for row in getattr(tables, "INSERT_ONLY", ())}
    with Database(url) as db:
        migrate.upgrade(db, name)
        migrate.put_up_fences(db, tables.Base.metadata)
        if role:
            migrate.grant(db, role, tables.Base.metadata, insert_only)
        if restored:
            begin_life(db, tables.OUTBOX)


def in_words(error: BaseException) -> str:
    """Why a database cannot be used, as its driver says it; drivers say no passwords."""
    said = str(getattr(error, "orig", None) or error)
    return "database: " + "; ".join(line.strip() for line in said.splitlines() if line.strip())
