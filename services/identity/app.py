"""Composition root of identity: the only file that chooses implementations."""

from fastapi import FastAPI

from common import migrate, service
from common.auth import TokenReader
from common.bus import Bus
from common.clock import Clock
from common.db import Database
from common.ids import TimeIds
from common.outbox import Outbox
from common.relay import Relay
from common.throttle import Throttle
from contracts.identity import RequestRefused
from contracts.topics import PARTITIONS
from identity.adapters.keys import SigningKeys
from identity.adapters.passwords import Passwords
from identity.adapters.setup_code import SetupCode
from identity.operations import accounts
from identity.operations.context import Context
from identity.operations.strangers import RECORDED_OF_ALL_MAX, RECORDED_OF_KIND_MAX
from identity.routes import router
from identity.settings import Settings
from identity.tables import OUTBOX, Base

NAME = "identity"


def create_app(settings: Settings, bus: Bus, clock: Clock) -> FastAPI:
    keys = SigningKeys.open(settings.keys_dir)
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
        keys=keys,
        passwords=Passwords(),
        setup_code=SetupCode(settings.keys_dir),
        recorded_of_kind=Throttle(RECORDED_OF_KIND_MAX),
        recorded_of_all=Throttle(RECORDED_OF_ALL_MAX),
    )
    accounts.prepare_setup(ctx)
    relay = Relay(NAME, PARTITIONS[NAME], db, ctx.outbox, bus, ids, clock)
    return service.create_app(NAME, ctx, router, {"relay": relay.step})
