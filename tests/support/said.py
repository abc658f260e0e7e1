"""Lets services say things, as their own operations would, and lets everybody hear them."""

from itertools import groupby

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


def said(h: House, service: str) -> list[str]:
    """The types of everything a service announced, oldest first."""
    ctx = h.ctx(service)
    rows = ctx.outbox.tables.rows
    with ctx.db.snapshot() as session:
        query = rows.select().order_by(rows.c.position)
        return [row.type for row in session.connection().execute(query)]
