"""Recorded before shown: an intent is durable before the act it announces begins."""

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from common.db import Database
from common.events import Event
from common.outbox import Outbox

T = TypeVar("T")


def accept(db: Database, outbox: Outbox, record: Callable[[Session], tuple[Event, T]]) -> T:
    """Return what `record` returns once its rows and its intent are durable.

    Nothing may be shown, copied, handed out or destroyed before this returns; when it raises,
    nothing may happen at all. Source: docs/adr on "log before act".
    """
    with db.transaction() as session:
        intent, result = record(session)
        outbox.emit(session, intent)
    return result
