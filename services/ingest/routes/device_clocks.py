"""HTTP face of devices' clocks: parse, call one operation, render."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from common.fields import Line
from ingest.domain.announcement import Instant
from ingest.domain.device_clocks import Estimate, Reading, Told, in_ms
from ingest.operations import device_clocks
from ingest.routes.callers import Ctx, OfficerOrCustodian, Staff

router = APIRouter(prefix="/v1/device-clocks")

Minute = Annotated[int, Field(ge=0, le=60_000)]
"""Milliseconds; whoever takes longer reads the clock once more."""


class ClockIn(BaseModel):
    """What a device's clock said, and how long it took to tell.

    Measure `round_trip_ms` by one request to this server just before, with a clock that nobody
    sets. `read_ago_ms` is how long ago the device's clock was read when this is sent.
    """

    model_config = ConfigDict(extra="forbid")

    key: UUID
    """The client's own id of the reading, unique in its agency: a repetition changes nothing."""
    device_no: Line
    device_time: Instant
    round_trip_ms: Minute
    read_ago_ms: Minute = 0
    resolution_ms: Minute = 1_000
    """The step of the device's clock: most tell whole seconds."""


class ReadingOut(BaseModel):
    """A reading as it was kept; `offset_ms` is how far the device was ahead of this server."""

    reading_id: UUID
    device_id: UUID
    device_no: str
    read_at: AwareDatetime
    received_at: AwareDatetime
    offset_ms: int
    uncertainty_ms: int
    is_doubtful: bool
    reported_by: UUID

    @classmethod
    def of(cls, reading: Reading) -> Self:
        said = {name: it for name, it in vars(reading).items() if name in cls.model_fields}
        return cls(**said, device_no=reading.told.device_no)


class EstimateOut(BaseModel):
    """How far the device was ahead at the moment asked for, and by what that is known."""

    offset_ms: int
    uncertainty_ms: int
    is_doubtful: bool
    """The readings are so far off that the clock was never set, or reset."""
    was_set: bool
    """Somebody set the clock between the two readings; the uncertainty spans both."""
    before: ReadingOut | None
    after: ReadingOut | None

    @classmethod
    def of(cls, found: Estimate) -> Self:
        return cls(
            offset_ms=found.offset_ms,
            uncertainty_ms=found.uncertainty_ms,
            is_doubtful=found.is_doubtful,
            was_set=found.was_set,
            before=found.before and ReadingOut.of(found.before),
            after=found.after and ReadingOut.of(found.after),
        )


@router.post("", status_code=201)
def report(ctx: Ctx, who: OfficerOrCustodian, body: ClockIn) -> ReadingOut:
    """Keep what a device's clock says against this server's; however far off, nothing is dropped.

    No recording is changed by it: the offset stands beside what the device said.
    """
    told = Told(
        device_no=body.device_no,
        device_ms=in_ms(body.device_time),
        read_ago_ms=body.read_ago_ms,
        round_trip_ms=body.round_trip_ms,
        resolution_ms=body.resolution_ms,
    )
    return ReadingOut.of(device_clocks.report(ctx, who, body.key, told))


@router.get("")
def reckon(
    ctx: Ctx, who: Staff, device_no: Annotated[Line, Query()], recorded_at: Instant
) -> EstimateOut:
    """How far a device was ahead at `recorded_at`, a moment as the device itself told it."""
    return EstimateOut.of(device_clocks.reckon(ctx, who, device_no, recorded_at))
