"""What befalls a stack: each fault hurts it, lasts while films come in, and is over.

A fault is a function that returns when everything runs again, with the instant at which it began to
set things right; what waited is then to follow by itself.
"""

import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from shutil import disk_usage
from threading import Event
from time import monotonic
from typing import Final, TypeAlias

import httpx
import psycopg

from tests.support import books
from tools.engines.server import HERE, Server, start_all
from tools.stack.services import Service
from tools.stack.stack import Stack

AWAY_S: Final = 60.0
"""How long the store is gone: a minute, longer than anybody waits for an answer."""
HANGS_S: Final = 15.0
LASTS_S: Final = 3.0
"""How long the others last once they have begun."""
PATIENCE_S: Final = 60.0
POLL_S: Final = 0.05
DISK_BYTES: Final = 400 * 1024**2
"""The spool keeps 256 MiB free."""
BLOCK_BYTES: Final = 1024**2
LISTENERS: Final = ("access", "audit", "catalog", "checklist", "oversight", "retention")
"""Who does something when a film is kept."""
UNSENT: Final = "SELECT count(*) FROM outbox WHERE sent_at IS NULL AND sequence IS NOT NULL"
LEASE: Final = "SELECT holder, until FROM outbox_lease"
AT_THE_MARKS: Final = """SELECT 1 FROM pg_stat_activity
WHERE datname = %s AND wait_event = 'relation' AND query LIKE 'DELETE FROM inbox_mark%%'"""


@dataclass(frozen=True)
class Place:
    """Where a fault happens, and the dice that choose."""

    stack: Stack
    dice: Random
    away_s: float = AWAY_S

    def replicas(self, service: str) -> list[Server]:
        return [it for it in self.stack.servers if it.name.partition("-")[0] == service]

    def brokers(self) -> list[Server]:
        return [it.server for it in self.stack.engines.kafka.brokers]

    def service(self, name: str) -> Service:
        return next(it for it in self.stack.services if it.name == name)

    def originals(self) -> str:
        """The address of the bucket that ingest fills."""
        return self.service("ingest").variables[0]["LIUHEN_INGEST_OBJECTS_URL"]

    def read(self) -> books.Read:
        return books.on_postgres({it.name: it.owner_url for it in self.stack.services})

    def lasts(self, seconds: float) -> None:
        Event().wait(seconds)

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Return when something holds.

        Raises:
            AssertionError: it does not for too long.
        """
        ends_at = monotonic() + PATIENCE_S
        while not holds():
            assert monotonic() < ends_at, f"never came: {what}"
            Event().wait(POLL_S)

    def late(self) -> set[str]:
        """What the replicas of ingest say that does not move."""
        answers = [
            httpx.get(f"http://{HERE}:{port}/ingest/readyz", trust_env=False, timeout=PATIENCE_S)
            for port in self.service("ingest").ports
        ]
        return {name for it in answers if not it.is_success for name in it.json()["late"]}


Fault: TypeAlias = Callable[[Place], float]


def _again(servers: list[Server]) -> float:
    began = monotonic()
    start_all(servers)
    return began


@contextmanager
def stopped(*servers: Server) -> Generator[None]:
    """They hang: connections stay, nothing is answered."""
    for server in servers:
        server.pause()
    try:
        yield
    finally:
        for server in servers:
            server.go_on()


def a_service_is_killed(place: Place) -> float:
    victim = place.dice.choice(place.replicas(place.dice.choice(("ingest", *LISTENERS))))
    victim.kill()
    return _again([victim])


def killed_between_commit_and_publish(place: Place) -> float:
    """The brokers hang until an event is committed and numbered and cannot be sent; then kill."""
    with stopped(*place.brokers()):
        place.until(lambda: place.read()("ingest", UNSENT)[0][0] > 0, "an event to be sent")
        for replica in place.replicas("ingest"):
            replica.kill()
    return _again(place.replicas("ingest"))


def killed_between_handling_and_commit(place: Place) -> float:
    """A listener has handled a batch and is kept from writing that it has; then kill."""
    name = place.dice.choice(LISTENERS)
    url = place.stack.engines.postgres.url(name).replace("+psycopg", "")
    with psycopg.connect(url) as locking, psycopg.connect(url, autocommit=True) as looking:
        locking.execute("LOCK TABLE inbox_mark IN EXCLUSIVE MODE")
        place.until(
            lambda: bool(looking.execute(AT_THE_MARKS, [name]).fetchall()),
            f"a batch that {name} has handled",
        )
        for replica in place.replicas(name):
            replica.kill()
    return _again(place.replicas(name))


def a_zombie_relay_wakes_up(place: Place) -> float:
    """It hangs with events on their way to the brokers until another has taken its lease."""
    read, zombie = place.read(), _relay(place)
    with ExitStack() as asleep:
        with stopped(*place.brokers()):
            place.until(lambda: read("ingest", UNSENT)[0][0] > 0, "an event to be sent")
            asleep.enter_context(stopped(zombie))
        (holder, _) = read("ingest", LEASE)[0]
        place.until(lambda: read("ingest", LEASE)[0][0] != holder, "another with the lease")
        return monotonic()


def _relay(place: Place) -> Server:
    """The replica that sends ingest's events: while it hangs, nobody renews the lease."""
    read, replicas = place.read(), place.replicas("ingest")
    for replica in replicas[:-1]:
        with stopped(replica):
            before = read("ingest", LEASE)
            place.lasts(LASTS_S)
            if read("ingest", LEASE) == before:
                return replica
    return replicas[-1]


def a_broker_is_killed(place: Place) -> float:
    broker = place.dice.choice(place.brokers())
    broker.kill()
    place.lasts(LASTS_S)
    return _again([broker])


def all_brokers_are_killed(place: Place) -> float:
    for broker in place.brokers():
        broker.kill()
    place.lasts(LASTS_S)
    return _again(place.brokers())


def the_store_is_gone(place: Place) -> float:
    store = place.stack.engines.s3.server
    store.kill()
    place.lasts(place.away_s)
    late = place.late()
    began = _again([store])
    assert "finaliser" in late, f"nobody says that films wait, but {late}"
    return began


def the_store_hangs(place: Place) -> float:
    """It takes connections and answers nothing, for less time than its clients have patience."""
    with stopped(place.stack.engines.s3.server):
        place.lasts(HANGS_S)
        return monotonic()


def the_database_restarts(place: Place) -> float:
    database = place.stack.engines.postgres.server
    database.stop()
    return _again([database])


def the_disk_of_the_spools_is_full(place: Place) -> float:
    """Up to the last byte; no database is on it."""
    ballast = place.stack.folder / "ingest" / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(BLOCK_BYTES))
    place.lasts(LASTS_S)
    assert disk_usage(ballast.parent).free == 0
    ballast.unlink()
    return monotonic()


@contextmanager
def disk_of_its_own(folder: Path) -> Generator[str | None]:
    """Give `folder` a disk that may be filled; say why not, where this is not permitted."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "liuhen", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        yield done.stderr.strip()
        return
    try:
        yield None
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - as above


ON_DISK_OF_ITS_OWN: Final[Fault] = the_disk_of_the_spools_is_full
FAULTS: Final[tuple[Fault, ...]] = (
    the_store_is_gone,
    killed_between_commit_and_publish,
    killed_between_handling_and_commit,
    a_zombie_relay_wakes_up,
    a_broker_is_killed,
    all_brokers_are_killed,
    the_database_restarts,
    the_disk_of_the_spools_is_full,
    the_store_hangs,
    a_service_is_killed,
)
"""The last, which a slow machine may not come to, is also what the proof `engines` does."""
