"""HTTP face of what is known of clips: their record, their index, their clocks, their duties."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from ingest.domain.index import Completion
from ingest.operations import clips, duties, handing, indexing, keeping
from ingest.routes.answers import (
    ClipDutiesOut,
    ClipOut,
    DutiesOut,
    DutyOut,
    EntryOut,
    HandOverOut,
    IndexOut,
    KeepingOut,
    ReturnIn,
    ReturnOut,
)
from ingest.routes.callers import (
    Ctx,
    Custodian,
    CustodianOrHead,
    HeadOrLeader,
    Limit,
    OfficerOrCustodian,
    Staff,
)

router = APIRouter(prefix="/v1")


@router.get("/clips/{clip_id}")
def look_up(ctx: Ctx, who: Staff, clip_id: UUID) -> ClipOut:
    known = clips.look_up(ctx, who, clip_id)
    return ClipOut.of(known.clip, known.ahead)


@router.get("/clips/{clip_id}/index")
def look_up_index(ctx: Ctx, who: Staff, clip_id: UUID) -> IndexOut:
    """What a clip is filed under: as it stands, and everything that was ever said."""
    return IndexOut.of(indexing.look_up(ctx, who, clip_id))


@router.put("/clips/{clip_id}/completions/{entry_id}", status_code=201)
def complete(
    ctx: Ctx, who: OfficerOrCustodian, clip_id: UUID, entry_id: UUID, body: Completion
) -> EntryOut:
    """Add to what a clip is filed under. What was said before stays and is shown beside it."""
    return EntryOut.of(indexing.complete(ctx, who, clip_id, entry_id, body))


@router.put("/clips/{clip_id}/returns/{return_id}", status_code=201)
def declare_return(
    ctx: Ctx, who: OfficerOrCustodian, clip_id: UUID, return_id: UUID, body: ReturnIn
) -> ReturnOut:
    """Declare when those who filmed came back; it counts once another person confirms it."""
    declared = handing.declare_return(ctx, who, clip_id, return_id, body.returned_at, body.reason)
    return ReturnOut.of(declared)


@router.put("/clips/{clip_id}/returns/{return_id}/confirmation", status_code=201)
def confirm_return(ctx: Ctx, who: HeadOrLeader, clip_id: UUID, return_id: UUID) -> ReturnOut:
    """Confirm a return that somebody else declared."""
    return ReturnOut.of(handing.confirm_return(ctx, who, clip_id, return_id))


@router.put("/clips/{clip_id}/hand-over", status_code=201)
def hand_over(ctx: Ctx, who: Custodian, clip_id: UUID) -> HandOverOut:
    """Acknowledge that a clip was handed over (签收)."""
    return HandOverOut.of(handing.hand_over(ctx, who, clip_id))


@router.get("/clips/{clip_id}/duties")
def look_up_duties(ctx: Ctx, who: Staff, clip_id: UUID) -> ClipDutiesOut:
    """By when what must be done about a clip, by the pack in force on the day of the recording."""
    return ClipDutiesOut.of(duties.of_clip(ctx, who, clip_id))


@router.get("/keeping")
def describe_keeping(ctx: Ctx, _who: Staff) -> KeepingOut:
    """How sure one is of an original before it is said to be kept."""
    return KeepingOut.model_validate(keeping.described(ctx), from_attributes=True)


@router.get("/duties")
def list_duties(
    ctx: Ctx,
    who: CustodianOrHead,
    state: Literal["due_soon", "late"],
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> DutiesOut:
    """What is still to be done, the first due first; a head of unit sees that of the unit."""
    found = duties.to_do(ctx, who, state, cursor, limit + 1)
    items = [DutyOut.of(one) for one in found[:limit]]
    return DutiesOut(items=items, next=items[-1].duty_id if len(found) > limit else None)
