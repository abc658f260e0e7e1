"""`liuhen serve` on engines that are not as they must be: a sentence, a code, and no half a start.

Method: the command in a process of its own against the real engines, each wrong in one way.
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from socket import create_server
from uuid import uuid4

import pytest

from common import kafka_topics, migrate
from common.db import Database
from contracts.topics import PARTITIONS
from liuhen.services import SERVICES
from tests.support import migrated
from tools.engines import s3
from tools.engines.kafka import USER, Cluster
from tools.engines.postgres import Postgres
from tools.engines.server import HERE, free_ports

SECRET = "tell-nobody"  # noqa: S105 - of a test; must never be said
NAME = "ingest"
numbers = count()


class Serve:
    """The variables of a service that could start, and the refusal once one of them is wrong."""

    def __init__(self, folder: Path) -> None:
        self._said = folder / "said"
        self.variables = {
            "LIUHEN_INGEST_DATABASE_URL": f"sqlite:///{folder}/ingest.db",
            "LIUHEN_INGEST_BUS_URL": f"sqlite:///{folder}/bus.db",
            "LIUHEN_INGEST_JWKS_URL": (folder / "jwks.json").as_uri(),
            "LIUHEN_INGEST_SPOOL_DIR": str(folder / "spool"),
            "LIUHEN_INGEST_OBJECTS_URL": (folder / "objects").as_uri(),
            "PATH": "/usr/bin",
            "PYTHONPATH": ":".join(sys.path),
        }
        migrated.upgrade(folder / "ingest.db", NAME)

    def refuses(self, verb: str = "serve", **wrong: str) -> str:
        """The one sentence; the port it would have listened on stays free."""
        (port,) = free_ports(1)
        words = [verb, NAME, *(["--port", str(port)] if verb == "serve" else [])]
        done = run(words, self.variables | wrong)
        assert done.returncode == 2, (done.returncode, done.stdout, done.stderr)
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stdout == ""
        assert SECRET not in done.stderr
        assert "Traceback" not in done.stderr
        create_server((HERE, port)).close()
        return done.stderr.strip()


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    return Serve(tmp_path)


def run(words: list[str], variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "liuhen", *words],
        env=dict(variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_variable_nobody_reads(serve: Serve) -> None:
    said = serve.refuses(LIUHEN_INGEST_SPOOL_DIRECTORY=SECRET)
    assert said == "not a setting of Liuhen: LIUHEN_INGEST_SPOOL_DIRECTORY"


def test_a_variable_that_is_missing_or_makes_no_sense(serve: Serve) -> None:
    del serve.variables["LIUHEN_INGEST_SPOOL_DIR"]
    said = serve.refuses(LIUHEN_INGEST_LOCK_MODE=SECRET)
    assert "LIUHEN_INGEST_SPOOL_DIR" in said
    assert "LIUHEN_INGEST_LOCK_MODE" in said


@pytest.mark.parametrize("replicas", ['["nonsense"]', "http://one:8000"])
def test_replicas_that_are_no_list_of_addresses(serve: Serve, replicas: str) -> None:
    said = serve.refuses(LIUHEN_INGEST_REPLICAS=replicas)
    assert "LIUHEN_INGEST_REPLICAS" in said
    assert "http://HOST:PORT" in said


def test_a_database_that_is_not_there(serve: Serve) -> None:
    (port,) = free_ports(1)
    url = f"postgresql+psycopg://liuhen:{SECRET}@{HERE}:{port}/ingest"
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=url)
    assert said.startswith("database: ")
    assert str(port) in said


def test_an_address_of_no_database(serve: Serve) -> None:
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=f"mysql://liuhen:{SECRET}@{HERE}/ingest")
    assert said == "database: the address is neither SQLite's nor PostgreSQL's"


@pytest.mark.parametrize(("user", "why"), [("liuhen", "password"), ("nobody", "nobody")])
def test_a_database_that_does_not_know_us(
    serve: Serve, postgres: Postgres, user: str, why: str
) -> None:
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=postgres.url("postgres", user, SECRET))
    assert said.startswith("database: ")
    assert why in said


def test_a_database_by_a_name_that_is_none(serve: Serve, postgres: Postgres) -> None:
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=postgres.url("no_such_database"))
    assert "no_such_database" in said


def test_a_role_that_may_not_read(serve: Serve, postgres: Postgres) -> None:
    url, role = postgres.new_database(), f"r{uuid4().hex}"
    with Database(url) as db:
        migrate.upgrade(db, NAME)
    postgres.run(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'")
    poor = postgres.url(url.rpartition("/")[2], role, SECRET)
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=poor)
    assert "permission denied" in said


def test_a_database_older_than_the_code(serve: Serve, url: str) -> None:
    said = serve.refuses(LIUHEN_INGEST_DATABASE_URL=url)
    assert said.startswith("ingest: the schema is at None, this version needs ")
    assert said.endswith("run `liuhen migrate ingest`")


@pytest.mark.parametrize("verb", ["serve", "migrate"])
def test_a_database_newer_than_the_code(serve: Serve, url: str, verb: str) -> None:
    with Database(url) as db:
        migrate.upgrade(db, NAME)
        with db.transaction() as session:
            session.connection().exec_driver_sql(
                "UPDATE alembic_version SET version_num = 'of_the_future'"
            )
    said = serve.refuses(verb, LIUHEN_INGEST_DATABASE_URL=url)
    assert said.startswith(
        "ingest: the schema is at of_the_future, which this version does not know"
    )


def test_a_bus_that_is_not_there(serve: Serve) -> None:
    (port,) = free_ports(1)
    said = serve.refuses(LIUHEN_INGEST_BUS_URL=f"kafka://{HERE}:{port}")
    assert said.startswith(f"Kafka at {HERE}:{port}: ")


@pytest.mark.parametrize("url", [f"kafka+sasl://{HERE}", f"redis://u:{SECRET}@{HERE}", "bus:9092"])
def test_an_address_of_no_bus(serve: Serve, url: str) -> None:
    assert "kafka://HOST:PORT" in serve.refuses(LIUHEN_INGEST_BUS_URL=url)


@pytest.mark.parametrize("user", [USER, "nobody"])
def test_a_bus_that_does_not_know_us(serve: Serve, kafka: Cluster, user: str) -> None:
    url = f"kafka+sasl://{user}:{SECRET}@{kafka.sasl_addresses}"
    said = serve.refuses(LIUHEN_INGEST_BUS_URL=url)
    assert said.startswith(f"Kafka at {kafka.sasl_addresses}: ")
    assert "invalid credentials" in said


def test_a_listener_that_speaks_another_language(serve: Serve, kafka: Cluster) -> None:
    """TLS to a plain port, and a plain hello to one that asks who is there."""
    for url in (f"kafka+tls://{kafka.addresses}", f"kafka://{kafka.sasl_addresses}"):
        assert serve.refuses(LIUHEN_INGEST_BUS_URL=url).startswith("Kafka at ")


def test_topics_that_nobody_made(serve: Serve, kafka: Cluster) -> None:
    said = serve.refuses(LIUHEN_INGEST_BUS_URL=f"{kafka.url}/?prefix=none{next(numbers)}.")
    assert "is missing: run `liuhen topics`" in said


def test_a_topic_of_another_partition_count(serve: Serve, kafka: Cluster) -> None:
    url = f"{kafka.url}/?prefix=wrong{next(numbers)}."
    counts = {name: 1 if name == "ingest" else of for name, of in PARTITIONS.items()}
    asyncio.run(kafka_topics.make(url, counts, 1))
    said = serve.refuses(LIUHEN_INGEST_BUS_URL=url)
    assert f"ingest has 1 partitions and needs {PARTITIONS['ingest']}" in said


def test_a_store_that_does_not_know_us(serve: Serve, s3_server: Callable[[str], s3.Store]) -> None:
    store = s3_server("minio")
    bucket = store.new_bucket().rpartition("/")[2]
    for user in (s3.USER, "nobody"):
        url = f"s3://{user}:{SECRET}@{HERE}:{store.port}/{bucket}"
        said = serve.refuses(LIUHEN_INGEST_OBJECTS_URL=url)
        assert said.startswith(f"the bucket {bucket} at {HERE}:{store.port} cannot be used: ")


def test_a_bucket_that_nobody_made(serve: Serve, s3_server: Callable[[str], s3.Store]) -> None:
    url = f"{s3_server('minio').url}/no-such-bucket"
    assert "no-such-bucket" in serve.refuses(LIUHEN_INGEST_OBJECTS_URL=url)


@pytest.mark.parametrize("mode", ["software", "compliance"])
def test_a_bucket_without_lock(
    serve: Serve, s3_server: Callable[[str], s3.Store], mode: str
) -> None:
    url = s3_server("minio").new_bucket_without_lock()
    said = serve.refuses(LIUHEN_INGEST_OBJECTS_URL=url, LIUHEN_INGEST_LOCK_MODE=mode)
    assert "Object Lock" in said


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_what_it_lacks(name: str) -> None:
    done = run(["serve", name], {"PATH": "/usr/bin", "PYTHONPATH": ":".join(sys.path)})
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"LIUHEN_{name.upper()}_DATABASE_URL" in done.stderr
