"""Composition root of audit: the only file that chooses implementations."""

import secrets

from fastapi import FastAPI

from audit import operations
from audit.adapters import CheckpointFile, open_signer
from audit.consumers import EVERY, REACTIONS, Publisher
from audit.operations import Context
from audit.routes import router
from audit.settings import Settings
from audit.tables import INBOX, OUTBOX, Base
from common import migrate, service
from common.auth import TokenReader
from common.bus import Bus
from common.clock import Clock
from common.consumer import Consumer
from common.db import Database
from common.fence import acting_for_all
from common.ids import TimeIds
from common.inbox import Inbox
from common.loops import Wake
from common.outbox import Outbox
from common.relay import Relay
from common.stores import open_objects
from contracts.audit import RequestRefused
from contracts.topics import PARTITIONS

NAME = "audit"


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
        signer=open_signer(
            settings.keys_dir / "log.key",
            settings.log_origin,
            may_make=operations.is_log_new(db),
        ),
        checkpoint_file=CheckpointFile(settings.keys_dir / "log.checkpoint"),
        bundles=open_objects(settings.bundles_url, clock),
        nonces=secrets.token_bytes,
        grown=Wake(),
    )
    with acting_for_all():
        operations.start(ctx)
    relay = Relay(NAME, PARTITIONS[NAME], db, ctx.outbox, bus, ids, clock)
    inbox = Inbox(INBOX, clock)
    consumer = Consumer(NAME, ctx, db, inbox, bus, REACTIONS, EVERY)
    steps = {"relay": relay.step, "consumer": consumer.step, "publisher": Publisher(ctx).step}
    return service.create_app(NAME, ctx, router, steps, inbox)
