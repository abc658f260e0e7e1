"""HTTP face of the catalogue: parse, call one operation, render."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from catalog.domain import (
    Activity,
    Archiving,
    Case,
    CaseFile,
    ConditionStatement,
    Ending,
    Mark,
    MilestoneStatement,
    Party,
    Status,
)
from catalog.operations import activities, cases, clips
from catalog.operations.context import Context
from catalog.routes.answers import (
    ActivityOut,
    CaseFileOut,
    CaseOut,
    CasesOut,
    ClipOut,
    ConditionStatementOut,
    GlimpseOut,
    LinkOut,
    MarkOut,
    MilestoneStatementOut,
    UnlinkedClipOut,
    UnlinkedClipsOut,
)
from catalog.routes.forms import (
    ActivityIn,
    ArchiveIn,
    CaseIn,
    ConditionIn,
    EndIn,
    LinkIn,
    MarkIn,
    MilestoneIn,
)
from common.auth import Requester, may_call
from common.fields import Line
from contracts.catalog import Category, Word
from contracts.identity import Role

router = APIRouter(prefix="/v1")

STAFF = (Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER)


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Officer = Annotated[Requester, may_call(Role.OFFICER)]
OfficerOrHead = Annotated[Requester, may_call(Role.OFFICER, Role.UNIT_HEAD)]
OfficerOrCustodian = Annotated[Requester, may_call(Role.OFFICER, Role.CUSTODIAN)]
Custodian = Annotated[Requester, may_call(Role.CUSTODIAN)]
Staff = Annotated[Requester, may_call(*STAFF)]
StaffOrOutsider = Annotated[Requester, may_call(*STAFF, Role.PARTY, Role.LAWYER)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.put("/cases/{case_id}", status_code=201)
def open_case(ctx: Ctx, who: OfficerOrHead, case_id: UUID, body: CaseIn) -> CaseOut:
    case = Case(
        case_id=case_id,
        agency_id=who.agency_id,
        unit_id=body.unit_id,
        name=body.name,
        cause=body.cause,
        category=body.category,
        party=Party(body.party.name, body.party.kind),
        provisional_no=body.provisional_no,
        case_no=body.case_no,
        opened_by=who.subject,
        opened_at=ctx.clock.now(),
    )
    return CaseOut.of(cases.open_case(ctx, who, case))


@router.get("/cases/{case_id}")
def read_case(ctx: Ctx, who: StaffOrOutsider, case_id: UUID) -> CaseFileOut | GlimpseOut:
    found = cases.read_case(ctx, who, case_id)
    if isinstance(found, CaseFile):
        return CaseFileOut.of_file(found)
    return GlimpseOut.of(found)


@router.get("/cases")
def list_cases(
    ctx: Ctx,
    who: Staff,
    category: Category | None = None,
    status: Status | None = None,
    party: Annotated[Line | None, Query()] = None,
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> CasesOut:
    found = cases.list_cases(
        ctx,
        who,
        category=category,
        status=status,
        party=party,
        before=cursor,
        limit=limit + 1,
    )
    items = [CaseOut.of(case) for case in found[:limit]]
    return CasesOut(items=items, next=items[-1].case_id if len(found) > limit else None)


@router.post("/cases/{case_id}/end")
def end_case(ctx: Ctx, who: OfficerOrHead, case_id: UUID, body: EndIn) -> CaseOut:
    ending = Ending(body.ended_on, frozenset(body.traits), who.subject)
    return CaseOut.of(cases.end_case(ctx, who, case_id, ending))


@router.post("/cases/{case_id}/archive")
def archive_case(ctx: Ctx, who: Custodian, case_id: UUID, body: ArchiveIn) -> CaseOut:
    archiving = Archiving(body.archived_on, who.subject)
    return CaseOut.of(cases.archive_case(ctx, who, case_id, archiving))


@router.put("/activities/{activity_id}", status_code=201)
def record_activity(ctx: Ctx, who: Officer, activity_id: UUID, body: ActivityIn) -> ActivityOut:
    activity = Activity(
        activity_id=activity_id,
        case_id=body.case_id,
        agency_id=who.agency_id,
        stage=body.stage,
        place=body.place,
        officers=tuple(body.officers),
        acted_on=body.acted_on,
        recorded_by=who.subject,
        recorded_at=ctx.clock.now(),
    )
    recorded = activities.record_activity(ctx, who, activity)
    return ActivityOut.model_validate(recorded, from_attributes=True)


@router.put("/activities/{activity_id}/milestones/{milestone}")
def state_milestone(
    ctx: Ctx, who: Officer, activity_id: UUID, milestone: Word, body: MilestoneIn
) -> MilestoneStatementOut:
    statement = MilestoneStatement(
        activity_id, milestone, body.at, body.reason, who.subject, ctx.clock.now()
    )
    return MilestoneStatementOut.of(activities.state_milestone(ctx, who, statement))


@router.put("/activities/{activity_id}/conditions/{condition}")
def declare_condition(
    ctx: Ctx, who: OfficerOrHead, activity_id: UUID, condition: Word, body: ConditionIn
) -> ConditionStatementOut:
    statement = ConditionStatement(activity_id, condition, body.holds, who.subject, ctx.clock.now())
    return ConditionStatementOut.of(activities.declare_condition(ctx, who, statement))


@router.get("/unlinked-clips")
def list_unlinked_clips(
    ctx: Ctx, who: Staff, cursor: UUID | None = None, limit: Limit = 50
) -> UnlinkedClipsOut:
    """What arrived and serves no activity of any case, the last recorded first."""
    found = clips.list_unlinked(ctx, who, cursor, limit + 1)
    items = [UnlinkedClipOut.of(clip) for clip in found[:limit]]
    return UnlinkedClipsOut(items=items, next=items[-1].clip_id if len(found) > limit else None)


@router.get("/clips/{clip_id}")
def read_clip(ctx: Ctx, who: Staff, clip_id: UUID) -> ClipOut:
    return ClipOut.of(clips.read_clip(ctx, who, clip_id))


@router.put("/links/{link_id}", status_code=201)
def link_clip(ctx: Ctx, who: OfficerOrCustodian, link_id: UUID, body: LinkIn) -> LinkOut:
    return LinkOut.of(clips.link_clip(ctx, who, link_id, body.clip_id, body.activity_id))


@router.post("/links/{link_id}/end")
def end_link(ctx: Ctx, who: OfficerOrCustodian, link_id: UUID) -> LinkOut:
    return LinkOut.of(clips.end_link(ctx, who, link_id))


@router.put("/marks/{mark_id}", status_code=201)
def add_mark(ctx: Ctx, who: Officer, mark_id: UUID, body: MarkIn) -> MarkOut:
    mark = Mark(
        mark_id=mark_id,
        clip_id=body.clip_id,
        activity_id=body.activity_id,
        point=body.point,
        offset_ms=body.offset_ms,
        added_by=who.subject,
        added_at=ctx.clock.now(),
    )
    return MarkOut.of(clips.add_mark(ctx, who, mark))
