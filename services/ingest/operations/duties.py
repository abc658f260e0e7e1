"""Shows by when what must be done about clips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from common.auth import Requester
from contracts.identity import Role
from ingest.domain.clocks import ClipState, Subject, Told
from ingest.domain.law import Duty
from ingest.domain.ruling import Ruled, Ruling, demanded, standings_by
from ingest.operations.context import Context
from ingest.operations.law import duties_by_id, rulings
from ingest.operations.subjects import find_judged
from ingest.store import duties
from ingest.store.duties import Kept


@dataclass(frozen=True)
class ClipDuties:
    """A clip's clocks, the law that rules it, and how each of its duties stands."""

    subject: Subject
    rulings: Sequence[Ruling]
    """The newest last; several where the device's clock leaves open which it is."""
    standings: Sequence[Ruled]

    @property
    def ruling(self) -> Ruling | None:
        return self.rulings[-1] if self.rulings else None

    @property
    def indexed(self) -> Told | None:
        """Since when everything the law wants a clip to be filed under is there."""
        return self.subject.indexed(demanded(self.rulings)) if self.rulings else None


@dataclass(frozen=True)
class Listed:
    """A duty that is still to be done, what the law calls it, and what became of the clip."""

    kept: Kept
    duty: Duty
    clip_state: ClipState
    late: timedelta | None


def of_clip(ctx: Context, who: Requester, clip_id: UUID) -> ClipDuties:
    """How the duties about a clip of the requester's agency stand now.

    Raises:
        ClipUnknownError: nobody announced or registered it, or another agency did. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        subject = find_judged(session, who, clip_id)
        found = rulings(ctx, session, subject.agency_id, subject.clocks)
    standings = standings_by(found, subject.clocks, ctx.clock.now())
    return ClipDuties(subject, [one for one in found if one], standings)


def to_do(
    ctx: Context,
    who: Requester,
    state: Literal["due_soon", "late"],
    after: UUID | None,
    limit: int,
) -> Sequence[Listed]:
    """What is still to be done in the requester's agency, the first due first.

    What was announced has been filmed, so the law wants it stored. Who works this list off finds
    there also films that were quarantined, whose uploads were ended, or that were registered as
    lying outside, and sees which: otherwise to terminate an upload would be a way to be rid of a
    duty. They leave the list when the same recording is kept, under whichever id.

    A head of unit sees the clips of the unit, a custodian those of the agency.
    """
    now = ctx.clock.now()
    unit = None if Role.CUSTODIAN in who.roles else (who.unit_id,)
    with ctx.db.snapshot() as session:
        page = duties.page(session, who.agency_id, state, now, unit=unit, after=after, limit=limit)
        known = duties_by_id(ctx, session, who.agency_id)
        states = duties.states_of(session, [kept.clip_id for kept in page])
    return [
        Listed(kept, known[kept.pack_sha256, kept.rule_id], states[kept.clip_id], _late(kept, now))
        for kept in page
    ]


def _late(kept: Kept, now: datetime) -> timedelta | None:
    latest = kept.due_latest_at or kept.due_at
    return now - latest if now > latest and not kept.is_disputed else None
