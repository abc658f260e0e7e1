"""Cases from their opening to the archive, and who may read how much of them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from catalog import domain
from catalog.domain import Archiving, Case, CaseFile, Ending, Status
from catalog.errors import (
    AlreadyEndedError,
    ArchivedError,
    CaseUnknownError,
    DateWrongError,
    EndTooEarlyError,
    IdTakenError,
    NotEndedError,
)
from catalog.operations.context import Context, handled_case, own_case
from catalog.operations.people import check_unit
from catalog.store import cases, clips, outside
from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.catalog import CaseArchived, CaseEnded, CaseOpened, Category
from contracts.identity import Role


def open_case(ctx: Context, who: Requester, case: Case) -> Case:
    """Begin a case of `who`'s agency. Safe to repeat.

    Raises:
        IdTakenError: the id belongs to another case, or to this one in another form.
        UnitUnknownError: the agency has no such unit, as far as the catalogue has heard.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        known = anywhere(session, cases.find_case, case.case_id)
        if known is None:
            check_unit(session, case.agency_id, case.unit_id)
            cases.add_case(session, case)
            event = CaseOpened(
                agency_id=case.agency_id,
                case_id=case.case_id,
                category=case.category,
                unit_id=case.unit_id,
                opened_by=who.subject,
            )
            ctx.outbox.emit(session, event)
        elif known != case:
            raise RefusedError(IdTakenError(), case.case_id, known.agency_id)
    return known or case


def end_case(ctx: Context, who: Requester, case_id: UUID, ending: Ending) -> Case:
    """State that the enforcement act is over, once. Safe to repeat.

    Raises:
        CaseUnknownError: there is none in `who`'s agency.
        NotHandlingUnitError: another unit handles it.
        DateWrongError: the day has not come yet, in China.
        EndTooEarlyError: something of the case was done or filmed after the day.
        AlreadyEndedError: the case was ended otherwise.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        case = handled_case(session, who, case_id)
        if domain.is_future(ending.ended_on, ctx.clock.now()):
            raise DateWrongError
        if case.ending is None:
            _check_not_before_its_acts(session, case_id, ending)
            cases.end_case(session, case_id, ending)
            ctx.outbox.emit(session, _ended(case, ending))
        elif case.ending != ending:
            raise AlreadyEndedError
    return replace(case, ending=case.ending or ending)


def archive_case(ctx: Context, who: Requester, case_id: UUID, archiving: Archiving) -> Case:
    """State that the archive took the case file over, once. Safe to repeat.

    Raises:
        CaseUnknownError: there is none in `who`'s agency.
        NotEndedError: the case is not over.
        DateWrongError: before the end of the case, or the day has not come yet, in China.
        ArchivedError: the case was archived on another day.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        case = own_case(session, who, case_id)
        if case.ending is None:
            raise NotEndedError
        archived_on = archiving.archived_on
        if archived_on < case.ending.ended_on or domain.is_future(archived_on, ctx.clock.now()):
            raise DateWrongError
        if case.archiving is None:
            cases.archive_case(session, case_id, archiving)
            event = CaseArchived(
                agency_id=case.agency_id,
                case_id=case_id,
                archived_on=archived_on,
                archived_by=who.subject,
            )
            ctx.outbox.emit(session, event)
        elif case.archiving != archiving:
            raise ArchivedError
    return replace(case, archiving=case.archiving or archiving)


def read_case(ctx: Context, who: Requester, case_id: UUID) -> CaseFile | Case:
    """All of a case for its agency's people; the bare case for an outsider bound to it.

    Raises:
        CaseUnknownError: there is none that `who` may know of.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        case = anywhere(session, cases.find_case, case_id)
        if case is None or case.agency_id != who.agency_id:
            raise RefusedError(CaseUnknownError(), case_id, case and case.agency_id)
        if not who.roles <= {Role.PARTY, Role.LAWYER}:
            return CaseFile(
                case,
                cases.list_activities(session, case_id),
                clips.links_of_case(session, case_id),
                clips.marks_of_case(session, case_id),
                outside.places_of_case(session, case_id),
            )
        if case_id not in who.bound_to:
            raise RefusedError(CaseUnknownError(), case_id)
        return case


def list_cases(
    ctx: Context,
    who: Requester,
    *,
    category: Category | None,
    status: Status | None,
    party: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Case]:
    """The cases of `who`'s agency that fit, latest ids first."""
    with ctx.db.snapshot() as session:
        return cases.list_cases(
            session,
            who.agency_id,
            category=category,
            status=status,
            party=party,
            before=before,
            limit=limit,
        )


def _check_not_before_its_acts(session: Session, case_id: UUID, ending: Ending) -> None:
    last = domain.last_day(
        cases.list_activities(session, case_id), clips.clips_of_case(session, case_id)
    )
    if last is not None and ending.ended_on < last:
        raise EndTooEarlyError(f"本案最后一次执法活动或者音像录制在{last}。")


def _ended(case: Case, ending: Ending) -> CaseEnded:
    return CaseEnded(
        agency_id=case.agency_id,
        case_id=case.case_id,
        category=case.category,
        unit_id=case.unit_id,
        ended_on=ending.ended_on,
        traits=tuple(sorted(ending.traits)),
        ended_by=ending.ended_by,
    )
