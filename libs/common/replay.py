"""Applies parked records again, once their cause is mended."""

import logging
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from sqlmodel import Session

from common.consumer import Reaction
from common.db import Database, savepoint
from common.fence import acting_for_all
from common.inbox import Inbox, Key

C = TypeVar("C")

logger = logging.getLogger(__name__)


class Replayed(NamedTuple):
    """What became of the parked records; those left are foreign or still fail."""

    applied: int
    left: int


def replay_parked(ctx: C, db: Database, inbox: Inbox, reactions: Sequence[Reaction[C]]) -> Replayed:
    """Apply what is parked, in order per key, each key in a transaction of its own.

    A key stops at the first record that fails again; once none is left its later records flow.
    Safe beside a running consumer and safe to repeat: a record leaves in the transaction that
    applies it.
    """
    with db.snapshot() as session:
        keys = sorted(inbox.parked_keys(session))
    by_type = {reaction.event.type: reaction for reaction in reactions}
    applied = 0
    for key in keys:
        with acting_for_all(), db.transaction() as session:
            applied += _replay_key(ctx, session, inbox, by_type, key)
    with db.snapshot() as session:
        return Replayed(applied, inbox.count_parked(session))


def _replay_key(
    ctx: C, session: Session, inbox: Inbox, by_type: dict[str, Reaction[C]], key: Key
) -> int:
    applied: list[int] = []
    for parked in inbox.parked(session, key):
        reaction = by_type.get(parked.headers["ce_type"])
        try:
            with savepoint(session):
                if reaction:  # a type nobody reacts to any more holds nobody up
                    reaction.apply(ctx, session, parked.headers, parked.value)
        except Exception:
            logger.exception("parked event fails again", extra={"id": parked.headers["ce_id"]})
            break
        applied.append(parked.position)
    if applied:
        inbox.unpark(session, applied)
    return len(applied)
