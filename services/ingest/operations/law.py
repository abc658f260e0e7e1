"""Which law rules a clip: what its agency had in force on the day when the recording ended.

That day is of our own clock, as far as readings of the device's tell; it may be more than one.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlmodel import Session

from common.packs import Pack, PackError
from common.rulebook import Activation, PackDiffersError
from contracts.checklist import PackActivated
from ingest.domain.clip import LEGAL_TIME
from ingest.domain.clocks import Clocks
from ingest.domain.law import Duty, IngestRules, legal_day
from ingest.domain.ruling import Ruling
from ingest.operations.context import Context
from ingest.store import duties
from ingest.store.subjects import find_subject

RULES_FILE: Final = "ingest.yaml"

logger = logging.getLogger(__name__)


def rulings(
    ctx: Context, session: Session, agency_id: UUID, clocks: Clocks
) -> Sequence[Ruling | None]:
    """What ruled a recording, the newest last; several where the device's clock leaves it open.

    None among them: perhaps no pack did, or only a silent one. Not where the clock is off by more
    than any clock is without having been reset: what it says is no reason to believe that the
    recording is older than the law.
    """
    found = [pack and _ruling(pack) for pack in _in_force(ctx, session, agency_id, clocks)]
    is_doubtful = clocks.device is not None and clocks.device.is_doubtful
    return [one for one in found if one] or found if is_doubtful else found


def known_rulings(
    ctx: Context, session: Session, agency_id: UUID, clocks: Clocks
) -> Sequence[Ruling]:
    """Those of them that say something: what may be asked for. None where no pack does."""
    return [one for one in rulings(ctx, session, agency_id, clocks) if one]


def duties_by_id(ctx: Context, session: Session, agency_id: UUID) -> dict[tuple[str, str], Duty]:
    """Every duty of every pack that ever ruled an agency, by the pack's digest and its own id."""
    rulings = map(_ruling, ctx.rulebook.activated(session, agency_id))
    return {(one.sha256, duty.id): duty for one in rulings if one for duty in one.rules.duties}


def first_lock(ctx: Context, agency_id: UUID, clip_id: UUID) -> timedelta:
    """How long an original is locked when it is kept; the setting's where no law says.

    Where it is open which law ruled, the longest that any of them, or none, would have.
    """
    with ctx.db.snapshot() as session:
        subject = find_subject(session, clip_id)
        packs = _in_force(ctx, session, agency_id, subject.clocks) if subject else ()
    return max((_first_lock(ctx, pack) for pack in packs), default=ctx.settings.first_lock)


def _first_lock(ctx: Context, pack: Pack | None) -> timedelta:
    found = pack and _ruling(pack)
    said = found and found.rules.first_lock
    return said.period if said else ctx.settings.first_lock


def _in_force(
    ctx: Context, session: Session, agency_id: UUID, clocks: Clocks
) -> Sequence[Pack | None]:
    over = clocks.over()
    first, last = legal_day(over.earliest), legal_day(over.latest)
    return ctx.rulebook.in_force_between(session, agency_id, first, last)


def pack_activated(ctx: Context, session: Session, event: PackActivated) -> None:
    """Remember the law, and have the clips that it rules judged by it: it may have come late.

    Ingest learnt to listen when packs had been in force for long, some of whose bytes no product
    ships any more. Setting those aside would set aside every later one of the agency as well.
    """
    activation = Activation(
        event.activation_id, event.agency_id, event.pack, event.sha256, event.valid_from
    )
    try:
        ctx.rulebook.remember(session, activation)
    except (PackDiffersError, PackError):
        logger.error("activated pack is not shipped", extra={"pack": event.pack})  # noqa: TRY400 - expected
        ctx.rulebook.remember_unread(session, activation)
    since = datetime.combine(event.valid_from, time.min, LEGAL_TIME)
    duties.mark_unjudged(session, event.agency_id, since)


def _ruling(pack: Pack) -> Ruling | None:
    if RULES_FILE not in pack.files:
        return None
    return Ruling(pack.name, pack.sha256, _read(pack.name, pack.files[RULES_FILE]))


@lru_cache(maxsize=32)  # reading the YAML takes some 10 ms
def _read(name: str, text: str) -> IngestRules:
    return Pack(name, {RULES_FILE: text}).read(RULES_FILE, IngestRules)
