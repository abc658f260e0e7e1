"""Lets services say things, as their own operations would, and tells what they have said."""

import json
from itertools import groupby
from typing import Any

from common.events import Event
from tests.support.house import House, settle


async def say(h: House, *events: Event) -> None:
    """Announce events by the outboxes of their owners; each owner is heard before the next."""
    for service, group in groupby(events, lambda event: event.type.split(".")[0]):
        ctx = h.ctx(service)
        for event in group:
            with ctx.db.transaction() as session:
                ctx.outbox.emit(session, event)
        await settle(h.app)


def announced(h: House, service: str) -> list[dict[str, Any]]:
    """Everything a service announced, with its type, oldest first."""
    ctx = h.ctx(service)
    rows = ctx.outbox.tables.rows
    with ctx.db.snapshot() as session:
        found = session.connection().execute(rows.select().order_by(rows.c.position)).all()
    return [json.loads(row.value) | {"type": row.type} for row in found]


def said(h: House, service: str) -> list[str]:
    """The types of everything a service announced, oldest first."""
    return [event["type"] for event in announced(h, service)]


def of_type(h: House, kind: str) -> list[dict[str, Any]]:
    """Everything that was announced under this type, oldest first."""
    service = kind.partition(".")[0]
    return [event for event in announced(h, service) if event["type"] == kind]
