"""The same rows written by nothing but SQLite: what the line's speed is compared with."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeAlias

from bench.line import Counted

BATCH: Final = 500
"""Rows a transaction of the bus and of a group holds, as in the product."""

Rows: TypeAlias = Sequence[tuple[Any, ...]]
_OUTBOX: Final = """CREATE TABLE outbox (position INTEGER PRIMARY KEY AUTOINCREMENT, id, type, at,
    key, agency_id, value, epoch, partition, sequence, sent_at)"""
_LOG: Final = """CREATE TABLE log ("offset" INTEGER PRIMARY KEY AUTOINCREMENT, topic, partition,
    key, type, headers, value)"""
_EFFECT: Final = "CREATE TABLE effect (position INTEGER PRIMARY KEY, thing, number)"


def insert_s(folder: Path, groups: int, events: Sequence[Counted], per_transaction: int) -> float:
    """Seconds to insert what `events` leave behind: a row of outbox, bus and each group."""
    sent, logged, applied = _outbox(events), _log(events), _effects(events)
    begun = perf_counter()
    _insert(folder / "outbox.db", _OUTBOX, "outbox", sent, per_transaction)
    _insert(folder / "log.db", _LOG, "log", logged, BATCH)
    for group in range(groups):
        _insert(folder / f"effect{group}.db", _EFFECT, "effect", applied, BATCH)
    return perf_counter() - begun


def _insert(file: Path, table: str, name: str, rows: Rows, per_transaction: int) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(table)
    statement = f"INSERT INTO {name} VALUES (NULL{', ?' * len(rows[0])})"  # noqa: S608 - our names
    for start in range(0, len(rows), per_transaction):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, rows[start : start + per_transaction])
        connection.execute("COMMIT")
    connection.close()


def _outbox(events: Sequence[Counted]) -> Rows:
    at = "2026-01-05 09:00:00.000000"
    return [
        (
            *(it.thing.hex, it.type, at, str(it.thing), it.agency_id.hex, _value(it)),
            *(it.thing.hex, 0, it.number, at),
        )
        for it in events
    ]


def _log(events: Sequence[Counted]) -> Rows:
    return [
        ("line", 0, str(it.thing), it.type, json.dumps(_headers(it)), _value(it)) for it in events
    ]


def _effects(events: Sequence[Counted]) -> Rows:
    return [(it.thing.hex, it.number) for it in events]


def _value(event: Counted) -> bytes:
    return event.model_dump_json().encode()


def _headers(event: Counted) -> dict[str, str]:
    """As many and as long as a relay's, so that the rows are as large."""
    return {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": str(event.thing),
        "ce_source": "urn:liuhen:line",
        "ce_type": event.type,
        "ce_time": "2026-01-05T09:00:00.000000+00:00",
        "ce_subject": str(event.thing),
        "ce_agencyid": str(event.agency_id),
        "ce_producer": "line",
        "ce_epoch": str(event.thing),
        "ce_sequence": str(event.number),
    }
