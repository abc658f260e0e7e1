"""What ingest tells of films that came twice, and of recordings that lie outside the system."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from contracts.ingest import (
    Carrier,
    ClipMovedOffsite,
    ClipRegisteredOffsite,
    ClipResubmitted,
    StorageDeviceKeeperChanged,
    StorageDeviceRegistered,
    StorageKind,
)
from tests.support.cabinet import START

KEEPER: Final = uuid4()


def resubmitted(original_id: UUID, entry_id: UUID, agency_id: UUID, by: UUID) -> ClipResubmitted:
    return ClipResubmitted(
        agency_id=agency_id,
        clip_id=original_id,
        resubmitted_as=entry_id,
        uploaded_by=by,
        is_compared=True,
    )


def registered_offsite(
    clip_id: UUID,
    device_id: UUID,
    agency_id: UUID,
    start: datetime,
    end: datetime,
    *,
    by: UUID | None = None,
    unit_id: UUID | None = None,
    carrier: Carrier = Carrier.BODY_CAMERA,
) -> ClipRegisteredOffsite:
    who = by or uuid4()
    return ClipRegisteredOffsite(
        agency_id=agency_id,
        clip_id=clip_id,
        sha256="2" * 64,
        size_bytes=1,
        carrier=carrier,
        recorded_start=start,
        recorded_end=end,
        filmed_by=who,
        registered_by=who,
        unit_id=unit_id,
        device_id=uuid4(),
        storage_device_id=device_id,
    )


def moved_offsite(clip_id: UUID, agency_id: UUID, old: UUID, new: UUID) -> ClipMovedOffsite:
    return ClipMovedOffsite(
        agency_id=agency_id,
        clip_id=clip_id,
        from_storage_device_id=old,
        to_storage_device_id=new,
        moved_by=KEEPER,
    )


def device_registered(device_id: UUID, agency_id: UUID) -> StorageDeviceRegistered:
    return StorageDeviceRegistered(
        agency_id=agency_id,
        storage_device_id=device_id,
        kind=StorageKind.DISK_ARRAY,
        keeper_id=KEEPER,
        in_use_from=START,
        registered_by=KEEPER,
    )


def keeper_changed(device_id: UUID, agency_id: UUID, to: UUID) -> StorageDeviceKeeperChanged:
    return StorageDeviceKeeperChanged(
        agency_id=agency_id,
        storage_device_id=device_id,
        request_id=uuid4(),
        from_keeper_id=KEEPER,
        to_keeper_id=to,
        requested_by=KEEPER,
        requested_at=START,
        authorised_by=to,
        authorised_at=START,
    )
