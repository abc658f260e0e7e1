"""HTTP face of recordings that lie outside this system: parse, call one operation, render."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.events import Sha256
from common.fields import Line
from contracts.ingest import Carrier
from ingest.domain.announcement import Secrecy, clip_id_of
from ingest.domain.facts import Number
from ingest.domain.offsite import OffsiteClip, OffsiteRecord
from ingest.operations import offsite
from ingest.routes.callers import Ctx, Custodian, Limit, OfficerOrCustodian, Staff
from ingest.routes.forms import RecordedIn

router = APIRouter(prefix="/v1/offsite-clips")


class OffsiteIn(RecordedIn):
    """A recording, and the designated device on which it lies."""

    sha256: Sha256
    size_bytes: Annotated[Number, Field(gt=0)]
    device_no: Line
    """Of the device that filmed."""
    officers: Annotated[list[UUID], Field(min_length=1, max_length=50)]
    place: Line
    secrecy: Secrecy = Secrecy.NONE
    storage_device_id: UUID


class MoveIn(BaseModel):
    """Where the recording lies from now on."""

    model_config = ConfigDict(extra="forbid")

    storage_device_id: UUID


class PlacementOut(BaseModel, from_attributes=True):
    """A storage device on which the recording has lain."""

    storage_device_id: UUID
    placed_by: UUID
    placed_at: AwareDatetime


class OffsiteOut(BaseModel):
    """What is known of a recording that lies, or has lain, outside."""

    clip_id: UUID
    state: Literal["offsite", "brought_in"]
    sha256: Sha256
    size_bytes: int
    recorded_start: AwareDatetime
    recorded_end: AwareDatetime
    carrier: Carrier
    device_no: str
    filmed_by: UUID
    officers: list[UUID]
    place: str
    unit_id: UUID | None
    secrecy: Secrecy
    registered_by: UUID
    registered_at: AwareDatetime
    storage_device_id: UUID
    placements: list[PlacementOut]
    brought_in_at: AwareDatetime | None

    @classmethod
    def of(cls, record: OffsiteRecord) -> Self:
        said = {name: it for name, it in vars(record.clip).items() if name in cls.model_fields}
        return cls(
            **said,
            state="brought_in" if record.brought_in_at else "offsite",
            storage_device_id=record.placements[-1].storage_device_id,
            placements=[PlacementOut.model_validate(it) for it in record.placements],
            brought_in_at=record.brought_in_at,
        )


class OffsitesOut(BaseModel):
    """A page of what lies on a storage device; `next` is the cursor of the page behind it."""

    items: list[OffsiteOut]
    next: UUID | None


@router.put("/{key}", status_code=201)
def register(ctx: Ctx, who: OfficerOrCustodian, key: UUID, body: OffsiteIn) -> OffsiteOut:
    """Register a recording that lies on a designated storage device.

    `key` is the client's own id for the clip, as in an upload: the very film may be sent later
    under the same one, with the same words, and becomes the original of this entry. The answer's
    `clip_id` names the clip everywhere else.
    """
    said = body.model_dump(exclude={"storage_device_id", "officers", "unit_id"})
    clip = OffsiteClip(
        **said,
        clip_id=clip_id_of(who.agency_id, key),
        agency_id=who.agency_id,
        officers=tuple(body.officers),
        unit_id=body.unit_id or who.unit_id,
        registered_by=who.subject,
        registered_at=ctx.clock.now(),
    )
    return OffsiteOut.of(offsite.register(ctx, who, clip, body.storage_device_id))


@router.get("/{clip_id}")
def look_up(ctx: Ctx, who: Staff, clip_id: UUID) -> OffsiteOut:
    return OffsiteOut.of(offsite.look_up(ctx, who, clip_id))


@router.get("")
def list_on(
    ctx: Ctx, who: Staff, storage_device_id: UUID, cursor: UUID | None = None, limit: Limit = 50
) -> OffsitesOut:
    """What lies on a storage device and nowhere in this system."""
    found = offsite.list_on(ctx, who, storage_device_id, cursor, limit + 1)
    items = [OffsiteOut.of(record) for record in found[:limit]]
    return OffsitesOut(items=items, next=items[-1].clip_id if len(found) > limit else None)


@router.put("/{clip_id}/moves/{key}", status_code=201)
def move(ctx: Ctx, who: Custodian, clip_id: UUID, key: UUID, body: MoveIn) -> OffsiteOut:
    """Note that the recording lies on another designated device from now on."""
    return OffsiteOut.of(offsite.move(ctx, who, clip_id, key, body.storage_device_id))
