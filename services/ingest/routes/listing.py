"""HTTP face of the list of an agency's clips, on their way and arrived."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from common.fields import Line
from contracts.ingest import Carrier
from ingest.domain.announcement import Instant
from ingest.domain.listing import Wanted
from ingest.domain.upload import UploadState
from ingest.operations import listing
from ingest.routes.callers import Ctx, Limit, Staff

router = APIRouter(prefix="/v1")

State = Literal[
    "receiving", "received", "stored", "quarantined", "terminated", "expired", "resubmitted"
]


class ListedClipOut(BaseModel):
    """A clip as it was announced, and how far its bytes are."""

    model_config = ConfigDict(from_attributes=True)

    clip_id: UUID
    state: State
    offset: int
    """How many bytes are here for good; of an upload that was ended, none."""
    size_bytes: int | None
    """None: its client does not know yet."""
    device_no: str
    carrier: Carrier
    filename: str
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    filmed_by: UUID
    uploaded_by: UUID
    unit_id: UUID | None
    announced_at: AwareDatetime
    """When this upload of it began."""
    moved_at: AwareDatetime
    """When its last byte came, or when it began."""


class ListedClipsOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[ListedClipOut]
    next: UUID | None


@router.get("/clips")
def list_clips(
    ctx: Ctx,
    who: Staff,
    state: State | None = None,
    device_no: Annotated[Line | None, Query()] = None,
    recorded_from: Annotated[Instant | None, Query()] = None,
    recorded_to: Annotated[Instant | None, Query()] = None,
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> ListedClipsOut:
    """The agency's clips, the last announced first; those on their way too, told by `state`.

    Which of them serve no activity yet, the catalogue lists: it knows the links.
    """
    wanted = Wanted(state and UploadState(state), device_no, recorded_from, recorded_to)
    found = listing.list_clips(ctx, who, wanted, cursor, limit + 1)
    items = [ListedClipOut.model_validate(one) for one in found[:limit]]
    return ListedClipsOut(items=items, next=items[-1].clip_id if len(found) > limit else None)
