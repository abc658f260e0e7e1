"""The same on the real engines: Kafka, PostgreSQL and MinIO, each against its bare client."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Final

import psycopg
from sqlalchemy import text

from bench import engine_events, engine_objects, verdict
from bench.figures import Figure
from common.db import Database
from liuhen.demo.run import Product
from liuhen.setup import SETUP_CODE
from tools.engines.place import temporary
from tools.engines.server import start_all
from tools.stack.engines import Engines, engines
from tools.stack.stack import raise_

RUNS: Final = 5
TRANSACTIONS: Final = 1_000


def measure() -> Sequence[Figure]:
    with _engines() as its:
        return [*engine_events.measure(its), _transactions(its), *engine_objects.measure(its)]


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
