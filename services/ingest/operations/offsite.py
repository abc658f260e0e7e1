"""Recordings that lie outside this system are registered, and moved between storage devices."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.ingest import ClipMovedOffsite, ClipRegisteredOffsite
from ingest.domain.announcement import Secrecy
from ingest.domain.names import device_id_of, own_id
from ingest.domain.offsite import OffsiteClip, OffsiteRecord, Placement
from ingest.errors import ClipTakenError, KeyTakenError, OffsiteUnknownError, StateSecretError
from ingest.operations.bringing_in import is_announced
from ingest.operations.context import Context
from ingest.operations.judging import judge
from ingest.operations.storage import check_in_use, own_device
from ingest.store import offsite, pointers


def register(
    ctx: Context, who: Requester, clip: OffsiteClip, storage_device_id: UUID
) -> OffsiteRecord:
    """Keep what is said of a recording that lies on a storage device. Safe to repeat.

    Raises:
        StateSecretError: not even described here; there are pointers for that. Recorded.
        StorageDeviceUnknownError: unknown, or another agency's.
        StorageDeviceOutOfUseError: it is not in use.
        ClipTakenError: the id was announced or registered with other words, or by somebody else.
    """
    if clip.secrecy is Secrecy.STATE_SECRET:
        raise ctx.refuse(who, StateSecretError(), clip.clip_id)
    placed = Placement(
        placement_id=clip.clip_id,
        clip_id=clip.clip_id,
        number=0,
        storage_device_id=storage_device_id,
        placed_by=who.subject,
        placed_at=ctx.clock.now(),
    )
    with ctx.recording(who), ctx.db.transaction() as session:
        known = offsite.find_record(session, clip.clip_id)
        if known and (known.clip, known.placements[0]) == (clip, placed):
            return known
        is_pointed_at = pointers.find_pointer(session, clip.clip_id) is not None
        if known or is_pointed_at or is_announced(session, clip.clip_id):
            raise RefusedError(ClipTakenError(), clip.clip_id)
        check_in_use(ctx, own_device(session, who, storage_device_id))
        offsite.add_clip(session, clip)
        offsite.add_placement(session, placed)
        ctx.outbox.emit(session, _registered(clip, storage_device_id))
        judge(ctx, session, clip.clip_id)
    return OffsiteRecord(clip, [placed], None)


def move(
    ctx: Context, who: Requester, clip_id: UUID, key: UUID, storage_device_id: UUID
) -> OffsiteRecord:
    """Note that a recording lies on another storage device from now on. Safe to repeat.

    It stays with the agency's own: each device has a keeper, and a custodian moves what lies there.

    Raises:
        OffsiteUnknownError, StorageDeviceUnknownError: unknown, or another agency's.
        StorageDeviceOutOfUseError: the device is not in use.
        KeyTakenError: the agency has used the key for another move.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        record = _own(session, who, clip_id)
        last = record.placements[-1]
        placed = Placement(
            placement_id=own_id(who.agency_id, "placement", key),
            clip_id=clip_id,
            number=last.number + 1,
            storage_device_id=storage_device_id,
            placed_by=who.subject,
            placed_at=ctx.clock.now(),
        )
        known = offsite.find_placement(session, placed.placement_id)
        if known and replace(placed, number=known.number) != known:
            raise RefusedError(KeyTakenError(), clip_id)
        if known:
            return record
        check_in_use(ctx, own_device(session, who, storage_device_id))
        offsite.add_placement(session, placed)
        event = ClipMovedOffsite(
            agency_id=who.agency_id,
            clip_id=clip_id,
            from_storage_device_id=last.storage_device_id,
            to_storage_device_id=storage_device_id,
            moved_by=who.subject,
        )
        ctx.outbox.emit(session, event)
    return replace(record, placements=[*record.placements, placed])


def look_up(ctx: Context, who: Requester, clip_id: UUID) -> OffsiteRecord:
    """An entry of the requester's own agency, and everywhere the recording has lain.

    Raises:
        OffsiteUnknownError: unknown, or another agency's. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        return _own(session, who, clip_id)


def list_on(
    ctx: Context, who: Requester, storage_device_id: UUID, after: UUID | None, limit: int
) -> Sequence[OffsiteRecord]:
    """What lies on a storage device and nowhere in this system.

    Raises:
        StorageDeviceUnknownError: unknown, or another agency's. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        own_device(session, who, storage_device_id)
        return offsite.lying_on(session, storage_device_id, after, limit)


def _own(session: Session, who: Requester, clip_id: UUID) -> OffsiteRecord:
    record = anywhere(session, offsite.find_record, clip_id)
    if record is None or record.clip.agency_id != who.agency_id:
        raise RefusedError(OffsiteUnknownError(), clip_id, record and record.clip.agency_id)
    return record


def _registered(clip: OffsiteClip, storage_device_id: UUID) -> ClipRegisteredOffsite:
    return ClipRegisteredOffsite(
        agency_id=clip.agency_id,
        clip_id=clip.clip_id,
        sha256=clip.sha256,
        size_bytes=clip.size_bytes,
        carrier=clip.carrier,
        recorded_start=clip.recorded_start,
        recorded_end=clip.recorded_end,
        filmed_by=clip.filmed_by,
        registered_by=clip.registered_by,
        unit_id=clip.unit_id,
        device_id=device_id_of(clip.agency_id, clip.device_no),
        storage_device_id=storage_device_id,
    )
