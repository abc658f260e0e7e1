"""A service's database that was put back from a dump, by the commands of docs/runbook.md."""

import os
import subprocess
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from typer.testing import CliRunner

from common import migrate
from common.bus_embedded import EmbeddedBus
from common.clock import SystemClock
from common.db import Database
from common.ids import TimeIds
from common.outbox import Outbox
from common.relay import Relay
from contracts.identity import RequestRefused
from identity.tables import OUTBOX
from liuhen.cli import app
from tools.engines.postgres import Postgres, programs
from tools.engines.server import HERE


async def test_a_restored_producer_sends_under_numbers_that_nobody_has_seen(
    postgres: Postgres, tmp_path: Path
) -> None:
    url, new = postgres.new_database(), postgres.new_database()
    with Database(url) as db:
        migrate.upgrade(db, "identity")
        first = await sent(db, tmp_path)
    place = ["-h", HERE, "-p", str(postgres.port), "-U", "liuhen"]
    dump = run("pg_dump", *place, "-Fc", name_of(url), password=postgres.password)
    run("pg_restore", *place, "-d", name_of(new), password=postgres.password, given=dump)
    variables = {"DATABASE_URL": new, "BUS_URL": "sqlite://", "JWKS_URL": "-", "KEYS_DIR": "-"}
    done = CliRunner().invoke(
        app,
        ["migrate", "identity", "--restored"],
        env={f"LIUHEN_IDENTITY_{name}": value for name, value in variables.items()},
    )
    assert done.exit_code == 0, done.output
    with Database(new) as db:
        again = await sent(db, tmp_path)
    assert first[0][0] == again[0][0]  # told before the dump, and not told again
    assert again[1][0] != first[0][0]
    assert [number for _, number in again] == [1, 1]


async def sent(db: Database, folder: Path) -> list[tuple[object, int]]:
    """Announce something and send it; the epoch and number of everything ever sent."""
    clock = SystemClock()
    ids = TimeIds(clock)
    outbox = Outbox(OUTBOX, ids, clock)
    somebody = uuid4()
    refused = RequestRefused(
        agency_id=somebody,
        requester_id=somebody,
        requester_agency_id=somebody,
        thing_id=None,
        code="identity.test",
    )
    with db.transaction() as session:
        outbox.emit(session, refused)
    with Database(f"sqlite:///{folder}/bus.db") as bus:
        relay = Relay("identity", 1, db, outbox, EmbeddedBus(bus), ids, clock)
        assert await relay.step() == 1
    rows = OUTBOX.rows
    with db.snapshot() as session:
        query = select(rows.c.epoch, rows.c.sequence).order_by(rows.c.position)
        return [(epoch, number) for epoch, number in session.connection().execute(query)]


def name_of(url: str) -> str:
    return url.rpartition("/")[2]


def run(program: str, *words: str, password: str, given: bytes = b"") -> bytes:
    return subprocess.run(  # noqa: S603 - PostgreSQL's own commands
        [str(programs() / program), *words],
        env=os.environ | {"PGPASSWORD": password},
        input=given,
        capture_output=True,
        check=True,
    ).stdout
