"""Feeds a service the events it had to put aside, once their cause is mended."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from common.bus_embedded import EmbeddedBus
from common.clock import Clock
from common.db import Database
from common.inbox import Inbox
from common.replay import Replayed, replay_parked
from liuhen.services import SERVICES, sqlite_url

LISTENERS: Final = [name for name in SERVICES if find_spec(f"{name}.consumers")]
"""The services that react to events at all."""


def replay(data: Path, name: str, clock: Clock) -> Replayed:
    """Apply what service `name` has parked; the product must not run on `data` meanwhile."""
    entry = SERVICES[name]
    bus = EmbeddedBus(Database(sqlite_url(data, "bus")))
    ctx = entry.create_app(entry.on_one_box(name, data), bus, clock).state.ctx
    reactions = import_module(f"{name}.consumers").REACTIONS
    inbox = Inbox(import_module(f"{name}.tables").INBOX, clock)
    return replay_parked(ctx, ctx.db, inbox, reactions)
