"""Those who filmed come back, and hand over: who says so, who confirms it, and when."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.identity import Role
from contracts.ingest import ClipHandedOver, ReturnConfirmed, ReturnDeclared
from ingest.domain.clocks import Return, Subject, Told
from ingest.domain.ruling import Ruling
from ingest.errors import (
    EntryTakenError,
    NoReturnRuleError,
    NotKeptError,
    NotYourClipError,
    OwnHandOverError,
    ReturnInvalidError,
    ReturnUnknownError,
    SamePersonError,
)
from ingest.operations.context import Context
from ingest.operations.judging import judge
from ingest.operations.law import known_rulings
from ingest.operations.subjects import find, own
from ingest.store import subjects


def declare_return(
    ctx: Context, who: Requester, clip_id: UUID, return_id: UUID, returned_at: datetime, reason: str
) -> Return:
    """Declare when those who filmed came back. It counts once another confirms it. Repeatable.

    Raises:
        ClipUnknownError, NotYourClipError: recorded.
        EntryTakenError: another return was declared under the id. Recorded.
        NoReturnRuleError: the law in force on the day knows no such case. Recorded.
        ReturnInvalidError: before the end of the recording, or not yet. Recorded.
    """
    declared = Return(return_id, returned_at, reason, who.subject, ctx.clock.now())
    with ctx.recording(who), ctx.db.transaction() as session:
        subject = own(session, who, clip_id)
        known = _find_return(subject, return_id)
        if known and _words(known) == _words(declared):
            return known
        if known:
            raise RefusedError(EntryTakenError(), clip_id)
        found = _ruling_for(ctx, session, subject, reason)
        if not subject.clocks.over().earliest <= returned_at <= declared.declared_at:
            raise RefusedError(ReturnInvalidError(), clip_id)
        subjects.add_return(session, clip_id, declared)
        ctx.outbox.emit(session, _declared(subject, declared, found))
    return declared


def confirm_return(ctx: Context, who: Requester, clip_id: UUID, return_id: UUID) -> Return:
    """Confirm a return that another person declared. Safe to repeat.

    Raises:
        ClipUnknownError, ReturnUnknownError: recorded.
        NotYourClipError: the head of another unit. Recorded.
        SamePersonError: declared by the requester, or of a clip of the requester's. Recorded.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        subject = find(session, who, clip_id)
        known = _find_return(subject, return_id)
        if known is None:
            raise RefusedError(ReturnUnknownError(), clip_id)
        is_head_elsewhere = subject.unit_id not in {None, who.unit_id}
        if Role.LEADER not in who.roles and is_head_elsewhere:
            raise RefusedError(NotYourClipError(), clip_id)
        if known.declared_by == who.subject or subject.is_of(who.subject):
            raise RefusedError(SamePersonError(), clip_id)
        if known.confirmed_at:
            return known
        now = ctx.clock.now()
        subjects.add_confirmation(session, clip_id, return_id, who.subject, now)
        ctx.outbox.emit(session, _confirmed(subject, return_id, who.subject))
        judge(ctx, session, clip_id)
    return replace(known, confirmed_by=who.subject, confirmed_at=now)


def hand_over(ctx: Context, who: Requester, clip_id: UUID) -> Told:
    """Acknowledge, as a custodian, that a clip was handed over; the first word counts. Repeatable.

    Raises:
        ClipUnknownError: recorded.
        OwnHandOverError: the custodian filmed or uploaded it. Recorded.
        NotKeptError: it has not arrived, or is not what was announced.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        subject = find(session, who, clip_id)
        if subject.clocks.handed_over:
            return subject.clocks.handed_over
        if subject.is_of(who.subject):
            raise RefusedError(OwnHandOverError(), clip_id)
        if subject.clocks.stored is None:
            raise RefusedError(NotKeptError(), clip_id)
        now = ctx.clock.now()
        subjects.add_hand_over(session, clip_id, who.subject, now)
        received = ClipHandedOver(
            agency_id=subject.agency_id,
            clip_id=clip_id,
            received_by=who.subject,
            handed_over_at=now,
        )
        ctx.outbox.emit(session, received)
        judge(ctx, session, clip_id)
    return Told(now, who.subject, now)


def _find_return(subject: Subject, return_id: UUID) -> Return | None:
    return next((one for one in subject.clocks.returns if one.return_id == return_id), None)


def _words(declared: Return) -> tuple[datetime, str, UUID]:
    return declared.returned_at, declared.reason, declared.declared_by


def _ruling_for(ctx: Context, session: Session, subject: Subject, reason: str) -> Ruling:
    found = known_rulings(ctx, session, subject.agency_id, subject.clocks)
    knowing = [(one, one.rules.returns) for one in reversed(found) if one.rules.returns]
    for one, returns in knowing:
        if reason in returns.reasons:
            return one
    words = {code: said for _, returns in knowing for code, said in returns.reasons.items()}
    citation = knowing[0][1].citation if knowing else ""
    raise RefusedError(NoReturnRuleError(citation, reasons=words), subject.clip_id)


def _declared(subject: Subject, declared: Return, found: Ruling) -> ReturnDeclared:
    return ReturnDeclared(
        agency_id=subject.agency_id,
        clip_id=subject.clip_id,
        return_id=declared.return_id,
        returned_at=declared.returned_at,
        reason=declared.reason,
        declared_by=declared.declared_by,
        pack_sha256=found.sha256,
    )


def _confirmed(subject: Subject, return_id: UUID, confirmed_by: UUID) -> ReturnConfirmed:
    return ReturnConfirmed(
        agency_id=subject.agency_id,
        clip_id=subject.clip_id,
        return_id=return_id,
        confirmed_by=confirmed_by,
    )
