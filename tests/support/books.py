"""Reads the product's books after a story: every service's events, and what the log has."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, NamedTuple, TypeAlias

import psycopg

from liuhen.services import SERVICES

UNLOGGED = "audit.checkpoint.published.v1"
"""The one kind the log leaves out, because each entry would cause the next."""
REST_MAX_S = 120.0
TO_MAKE = """SELECT 1 FROM unprobed
UNION ALL SELECT 1 FROM underived WHERE NOT is_given_up"""
MAY_REPEAT = (
    "identity.session.",  # people sign in again after a kill
    "identity.request.",
    ".request.refused.",  # a refusal whose answer was lost is asked for again
    "access.view.",  # opening a view and looking twice are two facts
    "access.clip.shown.",
    "checklist.activity.evaluated.",  # how many evaluations depends on what arrived together
    "access.approval.decided.",  # a refused approval is refused again
    "retention.disposal.refused.",
    "ingest.derivative.made.",  # nobody waits for them before the story ends
    "ingest.duty.",  # told by the time of day
    "access.request.turned_away.",
    "audit.",
)


class Announced(NamedTuple):
    """A row of a service's outbox."""

    service: str
    id: str
    type: str
    value: bytes
    sent: bool


Read: TypeAlias = Callable[[str, str], Sequence[tuple[Any, ...]]]
"""What a query finds in the database of a service."""


def on_one_box(data: Path) -> Read:
    """The files of one box."""

    def read(service: str, query: str) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(data / f"{service}.db")) as db:
            return db.execute(query).fetchall()

    return read


def on_postgres(urls: Mapping[str, str]) -> Read:
    """A database per service, at these addresses."""

    def read(service: str, query: str) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(urls[service].replace("+psycopg", "")) as db:
            return db.execute(query.encode()).fetchall()

    return read


def announced(read: Read) -> Iterator[Announced]:
    for service in SERVICES:
        for id_, type_, value, sent in read(
            service, "SELECT id, type, value, sent_at IS NOT NULL FROM outbox"
        ):
            yield Announced(service, _plain(id_), type_, value, bool(sent))


def kinds(read: Read) -> Counter[str]:
    """How often each kind of event was announced that a kill must neither lose nor double."""
    types = Counter(event.type for event in announced(read))
    return Counter({t: n for t, n in types.items() if not any(word in t for word in MAY_REPEAT)})


def logged(read: Read) -> Counter[str]:
    """Event ids as the audit log's leaves tell them."""
    leaves = [json.loads(row[0]) for row in read("audit", "SELECT leaf FROM entry")]
    return Counter(_plain(leaf["received"]["id"]) for leaf in leaves)


def faults(read: Read) -> list[str]:
    """What is wrong with the books; nothing, after whatever happened."""
    events = list(announced(read))
    log = logged(read)
    found = [f"{e.service} never sent {e.type}" for e in events if not e.sent]
    found += [
        f"{e.type} of {e.service} is {log[e.id]} times in the log"
        for e in events
        if e.type != UNLOGGED and log[e.id] != 1
    ]
    for service in SERVICES:
        if hasattr(import_module(f"{service}.tables"), "INBOX"):
            for table in ("inbox_gap", "parked"):
                rows = read(service, f"SELECT * FROM {table}")  # noqa: S608 - two names of ours
                found += [f"{service} has in {table}: {row}" for row in rows]
    return found


def until_at_rest(read: Read) -> None:
    """Return when nothing is left to be made, sent or logged, or nobody does it any more."""
    ends_at, waiting = monotonic() + REST_MAX_S, Event()
    while monotonic() < ends_at:
        to_make = read("ingest", TO_MAKE)
        if not to_make and not faults(read):
            return
        waiting.wait(0.2)


def _plain(id_: object) -> str:
    return str(id_).replace("-", "")


def damaged_objects(folder: Path) -> list[str]:
    """Objects whose bytes are not those of their name."""
    files = [path for path in folder.glob("??/*") if path.is_file()]
    return [f"object {p.name} is damaged" for p in files if _digest(p) != p.name]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
