"""Showing what is known and decided, with its reasons."""

from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.fence import anywhere
from retention import store
from retention.domain import cases
from retention.domain.cases import CaseFile, CaseView, Clip, ClipView
from retention.domain.disposals import MANDATES, Standing
from retention.domain.periods import Schedule, Step, explain_case, explain_floor, legal_day
from retention.domain.proposals import match_for
from retention.errors import CaseUnknownError, ClipUnknownError
from retention.operations.context import Context
from retention.operations.scheduling import floor_of, law_of, schedule_of, standing_of


def read_case(ctx: Context, who: Requester, case_id: UUID) -> CaseView:
    """What is proposed and decided about keeping a case.

    Raises:
        CaseUnknownError: there is no such case in the requester's agency.
    """
    with ctx.db.snapshot() as session:
        case = anywhere(session, store.find_case, case_id)
        if case and case.agency_id == who.agency_id:
            return view_case(ctx, session, case)
    raise ctx.refuse(who, CaseUnknownError(), case_id, case and case.agency_id)


def read_clip(ctx: Context, who: Requester, clip_id: UUID) -> ClipView:
    """Until when a clip is kept, clause by clause.

    Raises:
        ClipUnknownError: there is no such clip in the requester's agency.
    """
    with ctx.db.snapshot() as session:
        clip = anywhere(session, store.find_clip, clip_id)
        if clip and clip.agency_id == who.agency_id:
            return _view_clip(ctx, session, clip)
    raise ctx.refuse(who, ClipUnknownError(), clip_id, clip and clip.agency_id)


def view_case(ctx: Context, session: Session, case: CaseFile) -> CaseView:
    law = law_of(session, case)
    confirmed = law and law.confirmed
    clips = store.clips_of_case(session, case.case_id)
    return CaseView(
        case=case,
        state=cases.state_of(case, confirmed and confirmed[0]),
        proposal=law and law.proposal,
        confirmed=confirmed,
        clips={clip.clip_id: schedule_of(ctx, session, clip) for clip in clips},
        holds=store.holds_of(session, [case.case_id]),
    )


def _view_clip(ctx: Context, session: Session, clip: Clip) -> ClipView:
    standing = standing_of(ctx, session, clip)
    return ClipView(
        clip_id=clip.clip_id,
        schedule=standing.schedule,
        undecided=standing.undecided or standing.schedule is None,
        held=bool(standing.holds),
        steps=(*_explain(ctx, session, clip, standing.schedule), *_reservations(standing)),
    )


def _explain(
    ctx: Context, session: Session, clip: Clip, schedule: Schedule | None
) -> tuple[Step, ...]:
    if schedule is None:
        return (Step("没有适用的保管期限规定，须由本机关提供；在此之前一律保留。", None, "未定"),)
    if schedule.case_id:
        return _explain_case(session, schedule.case_id, schedule.class_id)
    rules, _ = floor_of(ctx, session, clip)
    if rules is None or clip.recorded_on is None:
        return ()
    in_case = bool(store.links_of_clip(session, clip.clip_id))
    return explain_floor(rules, clip.recorded_on, in_case=in_case)


def _explain_case(session: Session, case_id: UUID, class_id: str) -> tuple[Step, ...]:
    case = store.find_case(session, case_id)
    law = law_of(session, case) if case else None
    kept = law and law.rules.class_of(class_id)
    # Not the class that rules the case today: a clip taken out of it keeps what it had.
    decided = [c for c in store.confirmations(session, case_id) if c.class_id == class_id]
    if law is None or kept is None or not decided:
        return ()
    match = match_for(law.rules, kept, law.ended.traits)
    return explain_case(law.rules, match, law.ended.on, decided[0].confirmed_at)


def _reservations(standing: Standing) -> tuple[Step, ...]:
    undecided = Step("所属案件尚未确定保管期限；确定之前一律保留。", standing.decided_by, "未定")
    held = (
        Step(
            f"因{MANDATES[hold.mandate]}已封存，封存期间一律不得处置。",
            "封存决定",
            legal_day(hold.placed_at).isoformat(),
        )
        for hold in standing.holds
    )
    return (*([undecided] if standing.undecided else []), *held)
