"""Ingest on a store of any kind; retention and catalog, which tell it how long to keep what."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

import ingest.app
import ingest.settings
from common.bus_embedded import EmbeddedBus
from common.clock import Clock, SystemClock
from common.db import Database
from liuhen.gateway import gateway
from liuhen.services import SERVICES, sqlite_url
from tests.support import migrated
from tests.support.house import House, close
from tests.support.people import Signer


@asynccontextmanager
async def receiving(
    data: Path, store_url: str, clock: Clock | None = None
) -> AsyncGenerator[House]:
    """Open them on a data folder."""
    clock = clock or SystemClock()
    migrated.prepare(data, clock)
    bus = EmbeddedBus(Database(sqlite_url(data, "bus")))
    settings = ingest.settings.Settings(
        database_url=sqlite_url(data, "ingest"),
        bus_url=sqlite_url(data, "bus"),
        jwks_url=(data / "keys" / "jwks.json").as_uri(),
        objects_url=store_url,
        spool_dir=data / "spool",
    )
    apps = {"ingest": ingest.app.create_app(settings, bus, clock)}
    for name in ("retention", "catalog"):
        service = SERVICES[name]
        apps[name] = service.create_app(service.on_one_box(name, data), bus, clock)
    app = gateway(apps, bus)
    signer = Signer.open(data, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        yield House(app, client, signer, data)
    await close(app)
