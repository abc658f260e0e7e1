"""Judges activities, keeps every judgement that differs, and shows the one that stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from anyio import to_thread
from sqlmodel import Session

from checklist import store
from checklist.domain.facts import Activity, Facts
from checklist.domain.judgement import Judgement, judge, unruled
from checklist.errors import ActivityUnknownError
from checklist.operations.context import Context
from common.auth import Requester
from common.fence import anywhere
from contracts.checklist import ActivityEvaluated, Verdict

STALE_MAX: Final = 50
"""Activities judged anew in one transaction: events wait for it, so it must stay short."""


@dataclass(frozen=True)
class Evaluation:
    """The judgement that stands, and since when."""

    activity: Activity
    evaluated_at: datetime
    judgement: Judgement


def evaluation(ctx: Context, who: Requester, activity_id: UUID) -> Evaluation:
    """Show how an activity of the requester's own agency stands.

    Raises:
        ActivityUnknownError: there is none, as far as this agency may know. On record.
    """
    with ctx.db.snapshot() as session:
        activity = anywhere(session, store.find_activity, activity_id)
        last = store.last_evaluation(session, activity_id)
    if activity is None or last is None or activity.agency_id != who.agency_id:
        owner_id = activity and activity.agency_id
        raise ctx.refuse(who, ActivityUnknownError(), activity_id, owner_id)
    judgement, evaluated_at = last
    return Evaluation(activity, evaluated_at, judgement)


def rejudge(ctx: Context, session: Session, activity_id: UUID) -> None:
    """Judge an activity by what is known now; nothing is kept or told if nothing changed.

    Nothing happens while the catalogue has not told of the activity: its events bring it back.
    """
    activity = store.find_activity(session, activity_id)
    if activity is None:
        return
    now = _judged(ctx, session, store.facts_of(session, activity))
    last = store.last_evaluation(session, activity_id)
    if last is not None and last[0] == now:
        return
    evaluation_id = ctx.ids.new()
    store.add_evaluation(session, evaluation_id, activity_id, now, ctx.clock.now())
    if last is None or last[0].outcome != now.outcome:
        counts = now.counts
        event = ActivityEvaluated(
            agency_id=activity.agency_id,
            evaluation_id=evaluation_id,
            activity_id=activity_id,
            case_id=activity.case_id,
            pack_sha256=now.pack_sha256,
            satisfied=counts[Verdict.SATISFIED],
            not_satisfied=counts[Verdict.NOT_SATISFIED],
            needs_judgement=counts[Verdict.NEEDS_JUDGEMENT],
            exempt=counts[Verdict.EXEMPT],
            not_applicable=counts[Verdict.NOT_APPLICABLE],
        )
        ctx.outbox.emit(session, event)


def rejudge_all(ctx: Context, session: Session, activity_ids: Sequence[UUID]) -> None:
    for activity_id in activity_ids:
        rejudge(ctx, session, activity_id)


async def recheck(ctx: Context, wait_s: float) -> int:
    """Judge some of the activities that a new pack concerns; wait for such if there are none."""
    done = await to_thread.run_sync(_recheck_some, ctx)
    if not done and wait_s:
        await ctx.stale.pause(wait_s)
    return done


def _recheck_some(ctx: Context) -> int:
    with ctx.db.transaction() as session:
        taken = store.take_stale(session, STALE_MAX)
        rejudge_all(ctx, session, taken)
    return len(taken)


def _judged(ctx: Context, session: Session, facts: Facts) -> Judgement:
    day = facts.act_on(ctx.library.moments)
    pack = ctx.rulebook.in_force(session, facts.activity.agency_id, day)
    if pack is None:
        return unruled(day)
    sha256 = pack.sha256
    return judge(facts, day, pack.name, sha256, ctx.library.checklist(pack, sha256))
