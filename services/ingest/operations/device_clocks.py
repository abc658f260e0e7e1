"""Clocks of devices are read against ours, and every reading is kept as what somebody asserted."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.service import RefusedError
from contracts.ingest import DeviceClockRead
from ingest.domain.device_clocks import (
    EPOCH,
    MS,
    Estimate,
    Reading,
    Told,
    estimate,
    in_ms,
    measure,
)
from ingest.domain.names import device_id_of, own_id
from ingest.errors import DeviceClockUnknownError, KeyTakenError
from ingest.operations.context import Context
from ingest.store import device_clocks, duties

FIRST: Final = datetime.min.replace(tzinfo=UTC)
LAST: Final = datetime.max.replace(tzinfo=UTC)
"""Of what may be told as a time."""


def report(ctx: Context, who: Requester, key: UUID, told: Told) -> Reading:
    """Set a device's clock against ours and keep it, however far off: nothing is dropped.

    Duties about what the device recorded around then are computed anew by the loop `reminder`.

    Safe to repeat: the first one counts, because a repetition has been on the way for longer.

    Raises:
        KeyTakenError: the agency has used the key for another reading.
    """
    received_at = ctx.clock.now()
    measured = measure(told, received_at)
    reading = Reading(
        reading_id=own_id(who.agency_id, "clock_reading", key),
        agency_id=who.agency_id,
        device_id=device_id_of(who.agency_id, told.device_no),
        told=told,
        reported_by=who.subject,
        received_at=received_at,
        is_doubtful=abs(measured.offset_ms) * MS > ctx.settings.clock_offset_trusted_max,
        **vars(measured),
    )
    with ctx.recording(who), ctx.db.transaction() as session:
        known = device_clocks.find_reading(session, reading.reading_id)
        if known and known != reading:
            raise RefusedError(KeyTakenError(), reading.reading_id)
        if known is None:
            _judge_anew(session, reading)
            device_clocks.add_reading(session, reading)
            ctx.outbox.emit(session, _read(reading))
    return known or reading


def _judge_anew(session: Session, reading: Reading) -> None:
    """Mark what this reading says something new of: up to the readings of its sort beside it."""
    at_ms = reading.told.device_ms
    known = device_clocks.nearest(session, reading.agency_id, reading.device_id, at_ms)
    alike = [it.told.device_ms for it in known if it.is_doubtful == reading.is_doubtful]
    first = max((ms for ms in alike if ms <= at_ms), default=in_ms(FIRST))
    last = min((ms for ms in alike if ms > at_ms), default=in_ms(LAST))
    ends = (EPOCH + first * MS, EPOCH + last * MS)
    duties.mark_unjudged_of_device(session, reading.agency_id, reading.told.device_no, ends)


def reckon(ctx: Context, who: Requester, device_no: str, recorded_at: datetime) -> Estimate:
    """How far a device of the requester's agency was ahead at a moment of its own time.

    Raises:
        DeviceClockUnknownError: nobody of the agency has read a clock of this number. Recorded.
    """
    device_id = device_id_of(who.agency_id, device_no)
    at_ms = in_ms(recorded_at)
    with ctx.db.snapshot() as session:
        found = estimate(device_clocks.nearest(session, who.agency_id, device_id, at_ms), at_ms)
    if found is None:
        raise ctx.refuse(who, DeviceClockUnknownError(), device_id)
    return found


def _read(reading: Reading) -> DeviceClockRead:
    return DeviceClockRead(
        agency_id=reading.agency_id,
        reading_id=reading.reading_id,
        device_id=reading.device_id,
        offset_ms=reading.offset_ms,
        uncertainty_ms=reading.uncertainty_ms,
        read_at=reading.read_at,
        is_doubtful=reading.is_doubtful,
        reported_by=reading.reported_by,
        device_time=EPOCH + reading.told.device_ms * MS,
        read_ago_ms=reading.told.read_ago_ms,
        round_trip_ms=reading.told.round_trip_ms,
        resolution_ms=reading.told.resolution_ms,
    )
