"""Queries about cases, their activities and what was stated of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select, update

from catalog.domain import (
    Activity,
    ActivityFile,
    Archiving,
    Case,
    ConditionStatement,
    Ending,
    MilestoneStatement,
    Party,
    PartyKind,
    Status,
)
from catalog.tables import ActivityRow, CaseRow, ConditionRow, MilestoneRow
from contracts.catalog import Category, Trait


def add_case(session: Session, case: Case) -> None:
    session.add(
        CaseRow(
            case_id=case.case_id,
            agency_id=case.agency_id,
            unit_id=case.unit_id,
            name=case.name,
            cause=case.cause,
            category=case.category,
            party_name=case.party.name,
            party_kind=case.party.kind,
            provisional_no=case.provisional_no,
            case_no=case.case_no,
            opened_by=case.opened_by,
            opened_at=case.opened_at,
            status=case.status,
            traits=[],
        )
    )


def find_case(session: Session, case_id: UUID) -> Case | None:
    row = session.get(CaseRow, case_id)
    return row and _case(row)


def hold_case(session: Session, case_id: UUID) -> Case | None:
    """The case as it is now; nobody else changes it before this transaction ends."""
    row = session.get(CaseRow, case_id, with_for_update=True)
    return row and _case(row)


def list_cases(
    session: Session,
    agency_id: UUID,
    *,
    category: Category | None,
    status: Status | None,
    party: str | None,
    before: UUID | None,
    limit: int,
) -> Sequence[Case]:
    """An agency's cases that fit, latest ids first; `party` is a part of the party's name."""
    query = select(CaseRow).where(CaseRow.agency_id == agency_id)
    if category is not None:
        query = query.where(CaseRow.category == category)
    if status is not None:
        query = query.where(CaseRow.status == status)
    if party is not None:
        query = query.where(col(CaseRow.party_name).contains(party, autoescape=True))
    if before is not None:
        query = query.where(CaseRow.case_id < before)
    query = query.order_by(col(CaseRow.case_id).desc()).limit(limit)
    return [_case(row) for row in session.exec(query)]


def end_case(session: Session, case_id: UUID, ending: Ending) -> None:
    session.exec(
        update(CaseRow)
        .where(col(CaseRow.case_id) == case_id)
        .values(
            status=Status.ENDED,
            ended_on=ending.ended_on,
            traits=sorted(ending.traits),
            ended_by=ending.ended_by,
        )
    )


def archive_case(session: Session, case_id: UUID, archiving: Archiving) -> None:
    session.exec(
        update(CaseRow)
        .where(col(CaseRow.case_id) == case_id)
        .values(status=Status.ARCHIVED, **vars(archiving))
    )


def add_activity(session: Session, activity: Activity) -> None:
    session.add(
        ActivityRow(
            activity_id=activity.activity_id,
            case_id=activity.case_id,
            agency_id=activity.agency_id,
            stage=activity.stage,
            place=activity.place,
            officers=[str(officer) for officer in activity.officers],
            acted_on=activity.acted_on,
            recorded_by=activity.recorded_by,
            recorded_at=activity.recorded_at,
        )
    )


def find_activity(session: Session, activity_id: UUID) -> Activity | None:
    row = session.get(ActivityRow, activity_id)
    return row and _activity(row)


def list_activities(session: Session, case_id: UUID) -> Sequence[ActivityFile]:
    """A case's activities with all that was stated of each, oldest first."""
    query = (
        select(ActivityRow)
        .where(ActivityRow.case_id == case_id)
        .order_by(col(ActivityRow.recorded_at), col(ActivityRow.activity_id))
    )
    return [
        ActivityFile(
            _activity(row),
            list_milestones(session, row.activity_id),
            list_conditions(session, row.activity_id),
        )
        for row in session.exec(query).all()
    ]


def add_milestone(session: Session, statement: MilestoneStatement) -> None:
    session.add(MilestoneRow(**vars(statement)))


def list_milestones(session: Session, activity_id: UUID) -> Sequence[MilestoneStatement]:
    query = (
        select(MilestoneRow)
        .where(MilestoneRow.activity_id == activity_id)
        .order_by(col(MilestoneRow.position))
    )
    return [
        MilestoneStatement(
            row.activity_id, row.name, row.at, row.reason, row.stated_by, row.stated_at
        )
        for row in session.exec(query)
    ]


def add_condition(session: Session, statement: ConditionStatement) -> None:
    session.add(ConditionRow(**vars(statement)))


def list_conditions(session: Session, activity_id: UUID) -> Sequence[ConditionStatement]:
    query = (
        select(ConditionRow)
        .where(ConditionRow.activity_id == activity_id)
        .order_by(col(ConditionRow.position))
    )
    return [
        ConditionStatement(row.activity_id, row.name, row.holds, row.stated_by, row.stated_at)
        for row in session.exec(query)
    ]


def _case(row: CaseRow) -> Case:
    ending = archiving = None
    if row.ended_on is not None and row.ended_by is not None:
        ending = Ending(row.ended_on, frozenset(map(Trait, row.traits)), row.ended_by)
    if row.archived_on is not None and row.archived_by is not None:
        archiving = Archiving(row.archived_on, row.archived_by)
    return Case(
        case_id=row.case_id,
        agency_id=row.agency_id,
        unit_id=row.unit_id,
        name=row.name,
        cause=row.cause,
        category=Category(row.category),
        party=Party(row.party_name, PartyKind(row.party_kind)),
        provisional_no=row.provisional_no,
        case_no=row.case_no,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        ending=ending,
        archiving=archiving,
    )


def _activity(row: ActivityRow) -> Activity:
    return Activity(
        activity_id=row.activity_id,
        case_id=row.case_id,
        agency_id=row.agency_id,
        stage=row.stage,
        place=row.place,
        officers=tuple(map(UUID, row.officers)),
        acted_on=row.acted_on,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )
