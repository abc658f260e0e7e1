"""Composition root of retention: the only file that chooses implementations."""

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
from common.rulebook import Rulebook
from contracts.retention import RequestRefused
from contracts.topics import PARTITIONS
from retention.consumers import REACTIONS
from retention.operations.context import Context
from retention.routes import router
from retention.settings import Settings
from retention.tables import INBOX, OUTBOX, RULEBOOK, Base

NAME = "retention"


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
        rulebook=Rulebook(RULEBOOK),
    )
    relay = Relay(NAME, PARTITIONS[NAME], db, ctx.outbox, bus, ids, clock)
    inbox = Inbox(INBOX, clock)
    consumer = Consumer(NAME, ctx, db, inbox, bus, REACTIONS)
    return service.create_app(
        NAME, ctx, router, {"relay": relay.step, "consumer": consumer.step}, inbox
    )
