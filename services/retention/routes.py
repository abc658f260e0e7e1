"""HTTP face of retention: parse, call one operation, render."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from common.auth import Requester, may_call
from common.events import Code
from contracts.catalog import Category
from contracts.identity import Role
from retention.domain.cases import CaseView, ClipView, Confirmation, State
from retention.domain.disposals import Disposal, Hold, Mandate
from retention.domain.periods import Schedule
from retention.domain.proposals import Match, Proposal
from retention.errors import DisposalRefusedError
from retention.operations import deciding, reading
from retention.operations.context import Context

router = APIRouter(prefix="/v1")


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Staff = Annotated[
    Requester,
    may_call(Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER),
]
UnitHead = Annotated[Requester, may_call(Role.UNIT_HEAD)]
Holder = Annotated[Requester, may_call(Role.LEGAL_REVIEWER, Role.LEADER)]
Custodian = Annotated[Requester, may_call(Role.CUSTODIAN)]


class In(BaseModel):
    """A request's body; a field we do not know is an error."""

    model_config = ConfigDict(extra="forbid")


class ClassIn(In):
    """The class the head of the handling unit decides on."""

    class_id: Code


class HoldIn(In):
    """What is held, and because of what."""

    case_id: UUID
    mandate: Mandate


class DisposalIn(In):
    """What is to go before the appraisal."""

    clip_id: UUID


class MatchOut(BaseModel):
    """A rule that applies, and the class it gives."""

    class_id: str
    label: str
    rule_id: str
    citation: str
    reasons: list[str]

    @classmethod
    def of(cls, match: Match) -> Self:
        return cls(
            class_id=match.kept.id,
            label=match.kept.label,
            rule_id=match.rule_id,
            citation=match.citation,
            reasons=list(match.reasons),
        )


class ProposalOut(MatchOut):
    """What the engine proposes, what else applies, and what only people can judge."""

    other_matches: list[MatchOut]
    questions: list[str]

    @classmethod
    def proposing(cls, proposal: Proposal) -> Self:
        return cls(
            **vars(MatchOut.of(proposal.chosen)),
            other_matches=[MatchOut.of(match) for match in proposal.others],
            questions=list(proposal.questions),
        )


class ConfirmedOut(MatchOut):
    """The class that was decided, by whom and when."""

    confirmed_by: UUID
    confirmed_at: datetime

    @classmethod
    def deciding(cls, confirmation: Confirmation, match: Match) -> Self:
        return cls(
            **vars(MatchOut.of(match)),
            confirmed_by=confirmation.confirmed_by,
            confirmed_at=confirmation.confirmed_at,
        )


class ClipOut(BaseModel):
    """A clip of a case, and until when it is kept."""

    clip_id: UUID
    keep_until: date | None
    permanent: bool

    @classmethod
    def of(cls, clip_id: UUID, schedule: Schedule | None) -> Self:
        until = schedule and schedule.keep_until
        return cls(clip_id=clip_id, keep_until=until, permanent=_is_permanent(schedule))


class HoldOut(BaseModel):
    """A hold, in force until it is released."""

    hold_id: UUID
    case_id: UUID
    mandate: Mandate
    placed_by: UUID
    placed_at: datetime
    released_at: datetime | None

    @classmethod
    def of(cls, hold: Hold) -> Self:
        return cls(**vars(hold))


class CaseOut(BaseModel):
    """A case with all that was proposed and decided about keeping it."""

    case_id: UUID
    state: State
    unit_id: UUID | None
    category: Category | None
    ended_on: date | None
    archived_on: date | None
    proposal: ProposalOut | None
    confirmed: ConfirmedOut | None
    ask: str | None
    """What the agency must supply before anything can be proposed."""
    clips: list[ClipOut]
    holds: list[HoldOut]

    @classmethod
    def of(cls, view: CaseView) -> Self:
        case = view.case
        return cls(
            case_id=case.case_id,
            state=view.state,
            unit_id=case.unit_id,
            category=case.ended and case.ended.category,
            ended_on=case.ended and case.ended.on,
            archived_on=case.archived_on,
            proposal=ProposalOut.proposing(view.proposal) if view.proposal else None,
            confirmed=ConfirmedOut.deciding(*view.confirmed) if view.confirmed else None,
            ask=ASK if view.state == "ask" else None,
            clips=[ClipOut.of(clip_id, found) for clip_id, found in view.clips.items()],
            holds=[HoldOut.of(hold) for hold in view.holds],
        )


ASK = "行政执法行为终结之日，本机关没有生效的保管期限规定；须由本机关提供，在此之前一律保留。"


class StepOut(BaseModel):
    """One clause of the reasons."""

    text: str
    citation: str | None
    value: str


class ScheduleOut(BaseModel):
    """Until when a clip is kept, clause by clause."""

    clip_id: UUID
    keep_until: date | None
    """First day on which keeping is no longer required, in Asia/Shanghai."""
    permanent: bool
    undecided: bool
    """Nothing ends before the class of every case it serves is confirmed."""
    held: bool
    steps: list[StepOut]

    @classmethod
    def of(cls, view: ClipView) -> Self:
        return cls(
            clip_id=view.clip_id,
            keep_until=view.schedule and view.schedule.keep_until,
            permanent=_is_permanent(view.schedule),
            undecided=view.undecided,
            held=view.held,
            steps=[
                StepOut(text=step.text, citation=step.citation, value=step.value)
                for step in view.steps
            ],
        )


class DisposalOut(BaseModel):
    """The clip may go before the appraisal; nothing is destroyed."""

    disposal_id: UUID
    clip_id: UUID
    outcome: str
    detail: str
    rule_id: str
    citation: str | None


@router.get("/cases/{case_id}")
def read_case(ctx: Ctx, who: Staff, case_id: UUID) -> CaseOut:
    return CaseOut.of(reading.read_case(ctx, who, case_id))


@router.post("/cases/{case_id}/confirm")
def confirm_class(ctx: Ctx, who: UnitHead, case_id: UUID, body: ClassIn) -> CaseOut:
    return CaseOut.of(deciding.confirm_class(ctx, who, case_id, body.class_id))


@router.get("/clips/{clip_id}/schedule")
def read_schedule(ctx: Ctx, who: Staff, clip_id: UUID) -> ScheduleOut:
    return ScheduleOut.of(reading.read_clip(ctx, who, clip_id))


@router.put("/holds/{hold_id}", status_code=201)
def place_hold(ctx: Ctx, who: Holder, hold_id: UUID, body: HoldIn) -> HoldOut:
    return HoldOut.of(deciding.place_hold(ctx, who, hold_id, body.case_id, body.mandate))


@router.post("/holds/{hold_id}/release")
def release_hold(ctx: Ctx, who: Holder, hold_id: UUID) -> HoldOut:
    return HoldOut.of(deciding.release_hold(ctx, who, hold_id))


@router.put("/disposals/{disposal_id}", status_code=202)
def ask_disposal(ctx: Ctx, who: Custodian, disposal_id: UUID, body: DisposalIn) -> DisposalOut:
    disposal = deciding.ask_disposal(ctx, who, disposal_id, body.clip_id)
    answer = disposal.answer
    if answer.reason:
        raise _refusal(disposal)
    return DisposalOut(
        disposal_id=disposal.disposal_id,
        clip_id=disposal.clip_id,
        outcome="proposed",
        detail=answer.text,
        rule_id=answer.rule_id,
        citation=answer.citation,
    )


def _refusal(disposal: Disposal) -> DisposalRefusedError:
    """Show a refusal that is on record already."""
    answer = disposal.answer
    return DisposalRefusedError(
        answer.text, reason=answer.reason, rule_id=answer.rule_id, citation=answer.citation
    )


def _is_permanent(schedule: Schedule | None) -> bool:
    return schedule is not None and schedule.keep_until is None
