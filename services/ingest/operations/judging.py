"""Duties are computed when something changes or their time comes, and told once each."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from anyio import to_thread
from sqlmodel import Session

from common.errors import DatabaseAwayError
from common.loops import Wake
from contracts.ingest import DutyDueSoon, DutyOverdue
from ingest.domain.clocks import Subject
from ingest.domain.duties import Standing, State
from ingest.domain.ruling import Ruled, standings_by
from ingest.operations.context import Context
from ingest.operations.law import rulings
from ingest.store import duties
from ingest.store.duties import Kept
from ingest.store.subjects import find_judged

BATCH_MAX: Final = 100
FIRST: Final = UUID(int=0)
MS: Final = timedelta(milliseconds=1)

logger = logging.getLogger(__name__)


def judge(ctx: Context, session: Session, clip_id: UUID) -> None:
    """Compute a clip's duties anew, keep when to look again, and tell what is to be told once.

    In the transaction of whatever changed: a duty never stands on record as it was before. Those of
    an ended upload and of a quarantined film stay, until the film is kept: under another id, too.
    """
    subject = find_judged(session, clip_id)
    if subject is None:
        return
    found = rulings(ctx, session, subject.agency_id, subject.clocks)
    known = duties.duties_of(session, clip_id)
    binding: set[str] = set()
    if not subject.is_kept_otherwise:
        now = ctx.clock.now()
        for ruled in standings_by(found, subject.clocks, now):
            stand = ruled.standing
            if stand.due_at is not None:
                binding.add(stand.duty.id)
                kept = _kept(subject, ruled, stand.due_at, known.get(stand.duty.id), now)
                _save(ctx, session, stand, kept, known.get(stand.duty.id))
    for rule_id, kept in known.items():
        if rule_id not in binding and (kept.is_open or kept.next_at):
            duties.save_duty(session, replace(kept, is_open=False, next_at=None))


def judge_alike(ctx: Context, session: Session, clip_id: UUID) -> None:
    """Compute anew what was still to be done about a film that is kept now, under other ids."""
    for other_id in duties.left_undone_of(session, clip_id):
        judge(ctx, session, other_id)


def _kept(
    subject: Subject, ruled: Ruled, due_at: datetime, known: Kept | None, now: datetime
) -> Kept:
    stand = ruled.standing
    return Kept(
        clip_id=subject.clip_id,
        rule_id=stand.duty.id,
        agency_id=subject.agency_id,
        unit_id=subject.unit_id,
        pack_sha256=ruled.ruling.sha256,
        warn_at=stand.warn_at,
        due_at=due_at,
        is_open=stand.is_open,
        next_at=_next_at(stand, now),
        is_soon_told=_is_soon(stand) or (known is not None and known.is_soon_told),
        is_overdue_told=stand.late is not None or (known is not None and known.is_overdue_told),
        due_latest_at=stand.due_latest_at,
        due_lenient_at=stand.due_lenient_at,
        is_disputed=stand.is_disputed,
    )


def _is_soon(stand: Standing) -> bool:
    """Whether it is to be done now or never: also past the strict end, where that is in doubt."""
    return stand.state is State.DUE_SOON or (stand.is_between and stand.is_open)


def _next_at(stand: Standing, now: datetime) -> datetime | None:
    """After which it stands otherwise if nothing else happens.

    Where laws disagree it is looked at once more when its own has run out, and not again.
    """
    is_to_fail_late = stand.state is State.FAILED and stand.late is None
    if is_to_fail_late or (stand.is_between and stand.is_open):
        latest = stand.due_latest_at
        return None if stand.is_disputed and latest is not None and latest <= now else latest
    return {State.NOT_YET_DUE: stand.warn_at, State.DUE_SOON: stand.due_at}.get(stand.state)


def _save(ctx: Context, session: Session, stand: Standing, kept: Kept, known: Kept | None) -> None:
    if kept == known:
        return
    duties.save_duty(session, kept)
    if kept.is_soon_told and not (known and known.is_soon_told):
        ctx.outbox.emit(
            session,
            DutyDueSoon(
                agency_id=kept.agency_id,
                clip_id=kept.clip_id,
                rule_id=kept.rule_id,
                due_at=kept.due_at,
                due_latest_at=kept.due_latest_at,
                pack_sha256=kept.pack_sha256,
                due_lenient_at=kept.due_lenient_at,
            ),
        )
    if stand.late is not None and not (known and known.is_overdue_told):
        ctx.outbox.emit(
            session,
            DutyOverdue(
                agency_id=kept.agency_id,
                clip_id=kept.clip_id,
                rule_id=kept.rule_id,
                due_at=kept.due_at,
                late_ms=stand.late // MS,
                due_latest_at=kept.due_latest_at,
                pack_sha256=kept.pack_sha256,
                due_lenient_at=kept.due_lenient_at,
            ),
        )


class Reminder:
    """The loop that looks at duties when their time has come, and at clips whose law changed."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._idle = Wake()
        self._after = FIRST

    async def step(self, wait_s: float = 0) -> int:
        """Look at some clips, and say at how many. One that cannot be judged stops no other."""
        done = 0
        for clip_id in await to_thread.run_sync(self._unjudged):
            done += await to_thread.run_sync(self._judge, clip_id)
            self._after = clip_id
        for clip_id in await to_thread.run_sync(self._due):
            done += await to_thread.run_sync(self._judge, clip_id)
        if not done:
            await self._idle.pause(wait_s)
        return done

    def _unjudged(self) -> Sequence[UUID]:
        """The next ones, and after the last the first again."""
        with self._ctx.db.snapshot() as session:
            page = duties.unjudged(session, self._after, BATCH_MAX)
            return page or duties.unjudged(session, FIRST, BATCH_MAX)

    def _due(self) -> Sequence[UUID]:
        with self._ctx.db.snapshot() as session:
            return duties.to_look_at(session, self._ctx.clock.now(), BATCH_MAX)

    def _judge(self, clip_id: UUID) -> bool:
        try:
            with self._ctx.db.transaction() as session:
                judge(self._ctx, session, clip_id)
                duties.set_judged(session, clip_id)
        except DatabaseAwayError:
            raise
        except Exception:
            logger.exception("duties of a clip cannot be judged", extra={"clip_id": str(clip_id)})
            return False
        return True
