"""What people decide: the class, a hold and its end, a disposal. Refusals are outcomes too."""

from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.errors import AppError
from common.fence import anywhere
from contracts.retention import (
    ClassConfirmed,
    DisposalProposed,
    DisposalRefused,
    HoldPlaced,
    HoldReleased,
)
from retention import store
from retention.domain.cases import CaseFile, CaseView, Clip, Confirmation, Law
from retention.domain.disposals import Disposal, Hold, Mandate, may_dispose
from retention.domain.periods import legal_day
from retention.domain.proposals import match_for
from retention.domain.rules import PeriodClass
from retention.errors import (
    CaseUnknownError,
    ClassShorterError,
    ClassUnknownError,
    ClipUnknownError,
    HoldReleasedError,
    HoldUnknownError,
    IdTakenError,
    NotHandlingUnitError,
    NotProposedError,
)
from retention.operations.context import Context
from retention.operations.reading import view_case
from retention.operations.scheduling import law_of, schedule_clips, standing_of


def confirm_class(ctx: Context, who: Requester, case_id: UUID, class_id: str) -> CaseView:
    """Let the head of the handling unit decide: the proposed class or a longer one.

    Safe to repeat; a later, longer class extends. Every clip of the case is scheduled with it.

    Raises:
        CaseUnknownError, NotHandlingUnitError, NotProposedError, ClassUnknownError,
        ClassShorterError: on record before they are raised.
    """
    with ctx.db.transaction() as session:
        case = anywhere(session, store.lock_case, case_id)
        refusal = _confirm(ctx, session, who, case, class_id)
        if case and refusal is None:
            return view_case(ctx, session, case)
    raise ctx.refuse(who, refusal or CaseUnknownError(), case_id, case and case.agency_id)


def place_hold(
    ctx: Context, who: Requester, hold_id: UUID, case_id: UUID, mandate: Mandate
) -> Hold:
    """Forbid any disposal of the case's clips, past and present. Safe to repeat while it lasts.

    Raises:
        CaseUnknownError: there is no such case in the requester's agency.
        IdTakenError: the id belongs to another hold.
        HoldReleasedError: this very hold is over already.
    """
    with ctx.db.transaction() as session:
        case = anywhere(session, store.lock_case, case_id)
        known = anywhere(session, store.find_hold, hold_id)
        hold = Hold(hold_id, case_id, mandate, who.subject, ctx.clock.now())
        refusal: AppError = CaseUnknownError()
        if case and case.agency_id == who.agency_id:
            if known is None:
                store.add_hold(session, hold)
                ctx.outbox.emit(session, _placed(case, hold))
                return hold
            if known.is_same_as(hold) and known.released_at is None:
                return known
            refusal = HoldReleasedError() if known.is_same_as(hold) else IdTakenError()
    raise ctx.refuse(who, refusal, case_id, case and case.agency_id)


def release_hold(ctx: Context, who: Requester, hold_id: UUID) -> Hold:
    """End a hold; others may remain. Safe to repeat.

    Raises:
        HoldUnknownError: there is no such hold on a case of the requester's agency.
    """
    with ctx.db.transaction() as session:
        hold = anywhere(session, store.find_hold, hold_id)
        case = anywhere(session, store.lock_case, hold.case_id) if hold else None
        if hold and case and case.agency_id == who.agency_id:
            return _release(ctx, session, who, case, hold)
    raise ctx.refuse(who, HoldUnknownError(), hold_id, case and case.agency_id)


def ask_disposal(ctx: Context, who: Requester, disposal_id: UUID, clip_id: UUID) -> Disposal:
    """Decide whether a clip may go before the appraisal. Destroys nothing. Safe to repeat.

    What was refused stays so; what was accepted is weighed again: a hold may have come since.
    A refusal is returned, not raised: raising would roll back the record of it.

    Raises:
        ClipUnknownError: there is no such clip in the requester's agency.
        IdTakenError: the id belongs to another request.
    """
    with ctx.db.transaction() as session:
        # Locked before it is weighed, in the order in which links lock: a hold placed meanwhile
        # either is seen below or finds this decision taken.
        links = store.links_of_clip(session, clip_id)
        store.lock_cases(session, {link.case_id for link in links})
        clip = anywhere(session, store.lock_clip, clip_id)
        known = anywhere(session, store.find_disposal, disposal_id)
        refusal: AppError = ClipUnknownError()
        if clip and clip.agency_id == who.agency_id:
            if known is None:
                return _decide(ctx, session, who, disposal_id, clip)
            if (known.clip_id, known.asked_by) == (clip_id, who.subject):
                return known if known.answer.reason else _weigh_again(ctx, session, clip, known)
            refusal = IdTakenError()
    raise ctx.refuse(who, refusal, clip_id, clip and clip.agency_id)


def _confirm(
    ctx: Context, session: Session, who: Requester, case: CaseFile | None, class_id: str
) -> AppError | None:
    if case is None or case.agency_id != who.agency_id:
        return CaseUnknownError()
    law = law_of(session, case)
    if case.unit_id is None or case.unit_id != who.unit_id:
        return NotHandlingUnitError(f"依据{law.rules.decided_by.citation}。" if law else "")
    if law is None:
        return NotProposedError("行政执法行为尚未终结，或者本机关尚未提供保管期限规定。")
    kept = law.rules.class_of(class_id)
    if kept is None:
        return ClassUnknownError()
    if law.least.kept.outlasts(kept):
        return ClassShorterError(f"依据{law.least.citation}，保管期限为{law.least.kept.label}。")
    if law.confirmed is None or kept.outlasts(law.least.kept):
        _record_class(ctx, session, who, case, law, kept)
    return None


def _record_class(
    ctx: Context,
    session: Session,
    who: Requester,
    case: CaseFile,
    law: Law,
    kept: PeriodClass,
) -> None:
    rule_id = match_for(law.rules, kept, law.ended.traits).rule_id
    confirmation = Confirmation(case.case_id, kept.id, rule_id, who.subject, ctx.clock.now())
    store.add_confirmation(session, confirmation)
    event = ClassConfirmed(
        agency_id=case.agency_id,
        case_id=case.case_id,
        class_id=kept.id,
        rule_id=rule_id,
        pack_sha256=law.pack_sha256,
        confirmed_by=who.subject,
    )
    ctx.outbox.emit(session, event)
    clips = store.clips_of_case(session, case.case_id)
    schedule_clips(ctx, session, case, [clip.clip_id for clip in clips])


def _release(ctx: Context, session: Session, who: Requester, case: CaseFile, hold: Hold) -> Hold:
    if hold.released_at:
        return hold
    now = ctx.clock.now()
    store.release_hold(session, hold.hold_id, who.subject, now)
    event = HoldReleased(
        agency_id=case.agency_id,
        hold_id=hold.hold_id,
        case_id=hold.case_id,
        released_by=who.subject,
    )
    ctx.outbox.emit(session, event)
    return replace(hold, released_at=now)


def _decide(
    ctx: Context, session: Session, who: Requester, disposal_id: UUID, clip: Clip
) -> Disposal:
    answer = may_dispose(standing_of(ctx, session, clip), legal_day(ctx.clock.now()))
    disposal = Disposal(disposal_id, clip.clip_id, who.subject, answer)
    _record_answer(ctx, session, clip, disposal)
    return disposal


def _weigh_again(ctx: Context, session: Session, clip: Clip, accepted: Disposal) -> Disposal:
    answer = may_dispose(standing_of(ctx, session, clip), legal_day(ctx.clock.now()))
    if answer.reason is None:
        return accepted
    refused = replace(accepted, answer=answer)
    _record_answer(ctx, session, clip, refused)
    return refused


def _record_answer(ctx: Context, session: Session, clip: Clip, disposal: Disposal) -> None:
    store.add_disposal(session, disposal, ctx.clock.now())
    ctx.outbox.emit(session, _answered(clip, disposal))


def _placed(case: CaseFile, hold: Hold) -> HoldPlaced:
    return HoldPlaced(
        agency_id=case.agency_id,
        hold_id=hold.hold_id,
        case_id=hold.case_id,
        mandate=hold.mandate,
        placed_by=hold.placed_by,
    )


def _answered(clip: Clip, disposal: Disposal) -> DisposalRefused | DisposalProposed:
    answer = disposal.answer
    if answer.reason is None:
        return DisposalProposed(
            agency_id=clip.agency_id,
            disposal_id=disposal.disposal_id,
            clip_id=clip.clip_id,
            proposed_by=disposal.asked_by,
        )
    return DisposalRefused(
        agency_id=clip.agency_id,
        disposal_id=disposal.disposal_id,
        clip_id=clip.clip_id,
        asked_by=disposal.asked_by,
        reason=answer.reason,
        rule_id=answer.rule_id,
        pack_sha256=answer.pack_sha256,
    )
