"""The same on the real engines: Kafka, PostgreSQL and MinIO, each against its bare client."""

import hashlib
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import psycopg
from minio import Minio
from sqlalchemy import text

from bench import engine_events, verdict
from bench.figures import Figure
from common.clock import SystemClock
from common.db import Database
from common.stores import open_objects
from liuhen.demo.run import Product
from liuhen.setup import SETUP_CODE
from tools.engines import s3
from tools.engines.place import temporary
from tools.engines.server import HERE, start_all
from tools.stack.engines import Engines, engines
from tools.stack.stack import raise_

RUNS: Final = 5
TRANSACTIONS: Final = 1_000
FILM_BYTES: Final = 128 * 2**20


def measure() -> Sequence[Figure]:
    with _engines() as its:
        return [*engine_events.measure(its), _transactions(its), _objects(its)]


def measure_verdict() -> Sequence[Figure]:
    with temporary("liuhen-bench-") as folder:
        stack = raise_(folder)
        try:
            exports = folder / "access" / "exports"
            product = Product(stack.address, folder / "identity" / SETUP_CODE, exports)
            return verdict.measure_on("verdict.engines", product)
        finally:
            stack.stop()


@contextmanager
def _engines() -> Generator[Engines]:
    with temporary("liuhen-bench-") as folder:
        its = engines(folder, brokers=1)
        try:
            start_all(its.servers())
            yield its
        finally:
            for server in its.servers():
                server.stop()


def _transactions(its: Engines) -> Figure:
    url = its.postgres.new_database()
    plain = url.replace("+psycopg", "")
    runs: list[float] = []
    bare: list[float] = []
    insert = text("INSERT INTO it VALUES (:n)")
    with Database(url) as db, psycopg.connect(plain) as connection:
        connection.execute("CREATE TABLE it (n integer)")
        connection.commit()
        for _ in range(RUNS):
            begun = perf_counter()
            for number in range(TRANSACTIONS):
                with db.transaction() as session:
                    session.connection().execute(insert, {"n": number})
            runs.append(TRANSACTIONS / (perf_counter() - begun))
            begun = perf_counter()
            for number in range(TRANSACTIONS):
                connection.execute("INSERT INTO it VALUES (%s)", (number,))
                connection.commit()
            bare.append(TRANSACTIONS / (perf_counter() - begun))
    return Figure(
        name="engines.transactions",
        unit="transactions/s",
        runs=runs,
        against="bare psycopg, an insert and a commit",
        baseline=bare,
        limit=(
            "round trips: a check of the connection, BEGIN, the turn, the statement, COMMIT, where "
            "bare psycopg has three; then the flush of the log"
        ),
    )


def _objects(its: Engines) -> Figure:
    url = its.s3.new_bucket()
    objects = open_objects(url, SystemClock())
    client = Minio(
        endpoint=f"{HERE}:{its.s3.port}",
        access_key=s3.USER,
        secret_key=its.s3.password,
        secure=False,
    )
    bucket = url.rpartition("/")[2]
    runs: list[float] = []
    bare: list[float] = []
    mib = FILM_BYTES / 2**20
    with TemporaryDirectory() as place:
        film = Path(place) / "film"
        for _ in range(RUNS):
            content = os.urandom(FILM_BYTES)
            film.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            begun = perf_counter()
            objects.adopt(film, digest)
            runs.append(mib / (perf_counter() - begun))
            begun = perf_counter()
            client.put_object(
                bucket_name=bucket,
                object_name=f"bare/{digest}",
                data=BytesIO(content),
                length=FILM_BYTES,
                num_parallel_uploads=1,
                part_size=16 * 2**20,
            )
            bare.append(mib / (perf_counter() - begun))
    return Figure(
        name="engines.put",
        unit="MiB/s",
        runs=runs,
        against="the bare SDK's put_object, one part after the other",
        baseline=bare,
        limit="the digests: of what is sent by us, of each part by the SDK and the store",
    )
