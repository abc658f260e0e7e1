"""Composition root of oversight: the only file that chooses implementations."""

from fastapi import FastAPI

from common import migrate, service
from common.auth import TokenReader
from common.bus import Bus
from common.clock import Clock
from common.consumer import Consumer
from common.db import Database
from common.ids import TimeIds
from common.inbox import Inbox
from common.outbox import Outbox
from common.relay import Relay
from contracts.oversight import RequestRefused
from contracts.topics import PARTITIONS
from oversight.consumers import EVERY, REACTIONS
from oversight.operations import Context
from oversight.routes import router
from oversight.settings import Settings
from oversight.tables import INBOX, OUTBOX, Base

NAME = "oversight"


def create_app(settings: Settings, bus: Bus, clock: Clock) -> FastAPI:
    db = Database(settings.database_url)
    migrate.check(db, NAME, Base.metadata)
    ids = TimeIds(clock)
    ctx = Context(
        settings=settings,
        clock=clock,
        ids=ids,
        db=db,
        outbox=Outbox(OUTBOX, ids, clock),
        tokens=TokenReader(settings.jwks_url),
        refusal=RequestRefused,
    )
    relay = Relay(NAME, PARTITIONS[NAME], db, ctx.outbox, bus, ids, clock)
    inbox = Inbox(INBOX, clock)
    consumer = Consumer(NAME, ctx, db, inbox, bus, REACTIONS, EVERY)
    return service.create_app(
        NAME, ctx, router, {"relay": relay.step, "consumer": consumer.step}, inbox
    )
