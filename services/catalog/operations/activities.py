"""Activities, and what people state of them: always added, never changed; the last one counts."""

from catalog.domain import (
    Activity,
    ConditionStatement,
    Kind,
    MilestoneStatement,
    is_future,
    last_of,
)
from catalog.errors import DateWrongError, IdTakenError, ReasonMissingError
from catalog.operations.context import (
    Context,
    check_not_archived,
    handled_case,
    own_activity,
)
from catalog.operations.people import check_officers
from catalog.operations.words import check_word
from catalog.store import cases
from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.catalog import ActivityRecorded, ConditionDeclared, MilestoneReached


def record_activity(ctx: Context, who: Requester, activity: Activity) -> Activity:
    """Add a carried-out step to a case that `who`'s unit handles. Safe to repeat.

    Raises:
        CaseUnknownError: there is no such case in `who`'s agency.
        NotHandlingUnitError: another unit handles it.
        IdTakenError: the id belongs to another activity, or to this one in another form.
        ArchivedError: the archive has the case.
        WordUnknownError: no list that rules the case knows the stage.
        OfficerUnknownError: the agency has no such account, as far as the catalogue has heard.
        DateWrongError: its day has not come yet, in China.
        NotAnOfficerError: somebody named is no officer, or was none any more when it was done.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        case = handled_case(session, who, activity.case_id)
        known = anywhere(session, cases.find_activity, activity.activity_id)
        if known is None:
            check_not_archived(case)
            check_word(ctx, session, case, Kind.STAGE, activity.stage)
            if activity.acted_on and is_future(activity.acted_on, activity.recorded_at):
                raise DateWrongError
            check_officers(session, activity)
            cases.add_activity(session, activity)
            event = ActivityRecorded(
                agency_id=activity.agency_id,
                activity_id=activity.activity_id,
                case_id=activity.case_id,
                category=case.category,
                stage=activity.stage,
                officer_ids=activity.officers,
                acted_on=activity.acted_on,
            )
            ctx.outbox.emit(session, event)
        elif known != activity:
            raise RefusedError(IdTakenError(), activity.activity_id, known.agency_id)
    return known or activity


def state_milestone(
    ctx: Context, who: Requester, statement: MilestoneStatement
) -> MilestoneStatement:
    """Say when a named moment was. Saying the same again changes nothing.

    Raises:
        ActivityUnknownError: there is none in `who`'s agency.
        NotHandlingUnitError: another unit handles the case.
        ArchivedError: the archive has the case.
        WordUnknownError: no list that rules the case knows the milestone.
        DateWrongError: the moment has not come yet.
        ReasonMissingError: another moment was stated before, and nothing says why it changes.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        activity = own_activity(session, who, statement.activity_id)
        case = handled_case(session, who, activity.case_id)
        said = cases.list_milestones(session, activity.activity_id)
        last = last_of(said, statement.name)
        if last is not None and last == statement:
            return last
        check_not_archived(case)
        check_word(ctx, session, case, Kind.MILESTONE, statement.name)
        if statement.at > ctx.clock.now():
            raise DateWrongError("所陈述的时刻尚未到来。")
        if last is not None and last.at != statement.at and statement.reason is None:
            raise ReasonMissingError
        cases.add_milestone(session, statement)
        event = MilestoneReached(
            agency_id=activity.agency_id,
            activity_id=activity.activity_id,
            milestone=statement.name,
            at=statement.at,
            stated_by=who.subject,
        )
        ctx.outbox.emit(session, event)
    return statement


def declare_condition(
    ctx: Context, who: Requester, statement: ConditionStatement
) -> ConditionStatement:
    """Say whether a condition holds; until somebody does, nobody knows. Repeating changes nothing.

    Raises:
        ActivityUnknownError: there is none in `who`'s agency.
        NotHandlingUnitError: another unit handles the case.
        ArchivedError: the archive has the case.
        WordUnknownError: no list that rules the case knows the condition.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        activity = own_activity(session, who, statement.activity_id)
        case = handled_case(session, who, activity.case_id)
        said = cases.list_conditions(session, activity.activity_id)
        last = last_of(said, statement.name)
        if last is not None and last == statement:
            return last
        check_not_archived(case)
        check_word(ctx, session, case, Kind.CONDITION, statement.name)
        cases.add_condition(session, statement)
        event = ConditionDeclared(
            agency_id=activity.agency_id,
            activity_id=activity.activity_id,
            condition=statement.name,
            holds=statement.holds,
            declared_by=who.subject,
        )
        ctx.outbox.emit(session, event)
    return statement
