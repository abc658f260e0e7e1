"""Reads the product's books after a story: every service's events, and what the log has."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from liuhen.services import SERVICES

UNLOGGED = "audit.checkpoint.published.v1"
"""The one kind the log leaves out, because each entry would cause the next."""
MAY_REPEAT = (
    "identity.session.",  # people sign in again after a kill
    "identity.request.",
    ".request.refused.",  # a refusal whose answer was lost is asked for again
    "access.view.",  # opening a view and looking twice are two facts
    "access.clip.shown.",
    "checklist.activity.evaluated.",  # how many evaluations depends on what arrived together
    "access.approval.decided.",  # a refused approval is refused again
    "retention.disposal.refused.",
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


def announced(data: Path) -> Iterator[Announced]:
    for service in SERVICES:
        with closing(sqlite3.connect(data / f"{service}.db")) as db:
            for row in db.execute("SELECT id, type, value, sent_at IS NOT NULL FROM outbox"):
                yield Announced(service, row[0], row[1], row[2], bool(row[3]))


def kinds(data: Path) -> Counter[str]:
    """How often each kind of event was announced that a kill must neither lose nor double."""
    types = Counter(event.type for event in announced(data))
    return Counter({t: n for t, n in types.items() if not any(word in t for word in MAY_REPEAT)})


def logged(data: Path) -> Counter[str]:
    """Event ids as the audit log's leaves tell them."""
    with closing(sqlite3.connect(data / "audit.db")) as db:
        leaves = [json.loads(row[0]) for row in db.execute("SELECT leaf FROM entry")]
    return Counter(leaf["received"]["id"].replace("-", "") for leaf in leaves)


def faults(data: Path) -> list[str]:
    """What is wrong with the books; nothing, after whatever happened."""
    events = list(announced(data))
    log = logged(data)
    found = [f"{e.service} never sent {e.type}" for e in events if not e.sent]
    found += [
        f"{e.type} of {e.service} is {log[e.id]} times in the log"
        for e in events
        if e.type != UNLOGGED and log[e.id] != 1
    ]
    for service in SERVICES:
        with closing(sqlite3.connect(data / f"{service}.db")) as db:
            for table in ("inbox_gap", "parked"):
                known = "SELECT 1 FROM sqlite_master WHERE name = ?"
                if db.execute(known, (table,)).fetchone():
                    (count,) = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - two names of ours
                    found += [f"{service} has {count} rows in {table}"] * bool(count)
    return found + damaged_objects(data / "objects")


def damaged_objects(folder: Path) -> list[str]:
    """Objects whose bytes are not those of their name."""
    files = [path for path in folder.glob("??/*") if path.is_file()]
    return [f"object {p.name} is damaged" for p in files if _digest(p) != p.name]


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
