"""A producer, the embedded bus and some groups, run by their real loops as the product does."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, ClassVar, Final, Protocol, TypeAlias
from uuid import UUID

import anyio
from sqlalchemy import Column, Integer, MetaData, Table, Uuid, func, select
from sqlmodel import Session

from common import inbox, loops, outbox
from common.bus import Bus
from common.bus_embedded import EmbeddedBus
from common.clock import Clock, SystemClock
from common.consumer import Consumer, on
from common.db import NAMING, Database, defer
from common.events import Count, Event
from common.ids import TimeIds
from common.inbox import Inbox
from common.loops import Heartbeats
from common.outbox import Outbox
from common.relay import Relay

PARTITIONS: Final = 8
PRODUCER, CONSUMER = MetaData(naming_convention=NAMING), MetaData(naming_convention=NAMING)
OUTBOX, INBOX = outbox.tables(PRODUCER), inbox.tables(CONSUMER)
EFFECT: Final = Table(
    "effect",
    CONSUMER,
    Column("position", Integer, primary_key=True),
    Column("thing", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
)
_INSERT: Final = EFFECT.insert()


class Counted(Event):
    """About as large as the product's events are."""

    type: ClassVar[str] = "line.thing.counted.v1"
    key: ClassVar[str] = "thing"

    thing: UUID
    number: Count


def count(group: "Group", session: Session, event: Counted) -> None:
    """Keep the effect by a statement of its own, as an operation does that looks something up."""
    group.heard.append(event.number)
    _write(session, [_effect(event)])


def count_later(group: "Group", session: Session, event: Counted) -> None:
    """Keep the effect with those of the whole batch, as an operation may that only adds rows."""
    group.heard.append(event.number)
    defer(session, _write, _effect(event))


def _effect(event: Counted) -> dict[str, Any]:
    return {"thing": event.thing, "number": event.number}


def _write(session: Session, rows: list[dict[str, Any]]) -> None:
    session.connection().execute(_INSERT, rows)


Operation: TypeAlias = Callable[["Group", Session, Counted], None]


class IncompleteError(Exception):
    """Fewer rows than events: such a run measures nothing."""


class Group:
    """A consumer with a database of its own, as a service has."""

    def __init__(
        self, name: str, db: Database, bus: Bus, clock: Clock, operation: Operation
    ) -> None:
        CONSUMER.create_all(db.engine)
        self.db = db
        self.applied = 0
        self.heard: list[int] = []
        """Numbers of events in the batch that is being applied."""
        self.applied_at: dict[int, float] = {}
        """When the effect of each number was committed, by `perf_counter`."""
        self._changed = anyio.Event()
        reactions = [on(Counted, operation)]
        self._consumer = Consumer(name, self, db, Inbox(INBOX, clock), bus, reactions)

    async def step(self, wait_s: float) -> int:
        committed = await self._consumer.step(wait_s)
        self.applied += committed
        self.applied_at |= dict.fromkeys(self.heard, perf_counter())
        self.heard.clear()
        if committed:
            self._changed.set()
            self._changed = anyio.Event()
        return committed

    async def until_applied(self, events: int) -> None:
        while self.applied < events:
            await self._changed.wait()

    def check(self, events: int) -> None:
        """Raise `IncompleteError` unless each event left its row."""
        with self.db.snapshot() as session:
            rows = session.connection().execute(select(func.count()).select_from(EFFECT)).scalar()
        if rows != events:
            raise IncompleteError(f"{rows} rows of {events} events")


class Places(Protocol):
    """The engines that a line stands on."""

    def database(self, name: str) -> str:
        """The address of an empty database."""
        ...

    def bus(self) -> Bus: ...


class OneBox:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def database(self, name: str) -> str:
        return f"sqlite:///{self._folder}/{name}.db"

    def bus(self) -> Bus:
        return EmbeddedBus(Database(self.database("bus")))


class Line:
    """Everything between an operation that emits and the rows its event causes."""

    def __init__(self, places: Places, groups: int) -> None:
        clock = SystemClock()
        ids = TimeIds(clock)
        self.producer = Database(places.database("producer"))
        PRODUCER.create_all(self.producer.engine)
        self.bus = places.bus()
        self.outbox = Outbox(OUTBOX, ids, clock)
        relay = Relay("line", PARTITIONS, self.producer, self.outbox, self.bus, ids, clock)
        names = [f"group{number}" for number in range(groups)]
        self.groups = [
            Group(name, Database(places.database(name)), self.bus, clock, count) for name in names
        ]
        self.steps = {
            "relay": relay.step,
            **{name: group.step for name, group in zip(names, self.groups, strict=True)},
        }
        self.heartbeats = Heartbeats(clock, self.steps)

    def emit(self, events: Sequence[Event], per_transaction: int) -> None:
        for start in range(0, len(events), per_transaction):
            with self.producer.transaction() as session:
                for event in events[start : start + per_transaction]:
                    self.outbox.emit(session, event)

    async def until_applied(self, events: int) -> None:
        """Return when every group has committed the effects of `events`."""
        for group in self.groups:
            await group.until_applied(events)

    async def close(self) -> None:
        for db in (self.producer, *(group.db for group in self.groups)):
            db.close()
        await self.bus.close()


@asynccontextmanager
async def running(places: Places, groups: int) -> AsyncGenerator[Line]:
    """A line whose loops run as they do in the product."""
    line = Line(places, groups)
    async with anyio.create_task_group() as tasks:
        for name, step in line.steps.items():
            tasks.start_soon(loops.forever, name, step, line.heartbeats)
        yield line
        tasks.cancel_scope.cancel()
    await line.close()
