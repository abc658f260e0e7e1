"""HTTP face of pointers to what may not enter: parse, call one operation, render."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel

from common.events import Sha256
from common.fields import Line
from contracts.ingest import Carrier
from ingest.domain.announcement import clip_id_of
from ingest.domain.pointers import Pointer
from ingest.operations import pointers
from ingest.routes.callers import Ctx, CustodianOrLeader, Limit, OfficerOrCustodian
from ingest.routes.forms import RecordedIn

router = APIRouter(prefix="/v1/pointers")


class PointerIn(RecordedIn):
    """Where the recording is kept, and by whom. There is no room for what is in it."""

    kept_at: Line
    keeper_id: UUID
    sha256: Sha256 | None = None


class PointedOut(BaseModel):
    """What the clip is called from now on; all else is for few."""

    clip_id: UUID


class PointerOut(BaseModel, from_attributes=True):
    """What is known of a recording that may not enter."""

    clip_id: UUID
    kept_at: str
    keeper_id: UUID
    sha256: Sha256 | None
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    carrier: Carrier
    filmed_by: UUID
    unit_id: UUID | None
    registered_by: UUID
    registered_at: AwareDatetime


class PointersOut(BaseModel):
    """A page of an agency's pointers; `next` is the cursor of the page behind it."""

    items: list[PointerOut]
    next: UUID | None


@router.put("/{key}", status_code=201)
def register(ctx: Ctx, who: OfficerOrCustodian, key: UUID, body: PointerIn) -> PointedOut:
    """Register where a recording is kept that is a state secret and so may not enter.

    `key` is the client's own id for the clip, as in an upload. Nothing comes in under it any more.
    """
    pointer = Pointer(
        **body.model_dump(exclude={"unit_id"}),
        clip_id=clip_id_of(who.agency_id, key),
        agency_id=who.agency_id,
        unit_id=body.unit_id or who.unit_id,
        registered_by=who.subject,
        registered_at=ctx.clock.now(),
    )
    pointers.register(ctx, who, pointer)
    return PointedOut(clip_id=pointer.clip_id)


@router.get("/{clip_id}")
def look_up(ctx: Ctx, who: CustodianOrLeader, clip_id: UUID) -> PointerOut:
    return PointerOut.model_validate(pointers.look_up(ctx, who, clip_id))


@router.get("")
def list_pointers(
    ctx: Ctx, who: CustodianOrLeader, cursor: UUID | None = None, limit: Limit = 50
) -> PointersOut:
    found = pointers.list_pointers(ctx, who, cursor, limit + 1)
    items = [PointerOut.model_validate(pointer) for pointer in found[:limit]]
    return PointersOut(items=items, next=items[-1].clip_id if len(found) > limit else None)
