"""What ingest tells of recordings that lie outside this system, and of who keeps them there.

Clips and devices have an order each, and none between them: neither waits for the other.
"""

from sqlmodel import Session

from catalog.domain import Clip
from catalog.operations.context import Context
from catalog.store import outside
from contracts.ingest import (
    ClipMovedOffsite,
    ClipRegisteredOffsite,
    StorageDeviceKeeperChanged,
    StorageDeviceRegistered,
)


def remember_recording(_ctx: Context, session: Session, event: ClipRegisteredOffsite) -> None:
    """A recording that lies elsewhere can be linked from now on, as any clip."""
    clip = Clip(
        clip_id=event.clip_id,
        agency_id=event.agency_id,
        unit_id=event.unit_id,
        carrier=event.carrier,
        recorded_start=event.recorded_start,
        recorded_end=event.recorded_end,
        filmed_by=event.filmed_by,
        uploaded_by=event.registered_by,
        storage_device_id=event.storage_device_id,
    )
    outside.remember_recording(session, clip)


def remember_move(_ctx: Context, session: Session, event: ClipMovedOffsite) -> None:
    outside.move(session, event.clip_id, event.to_storage_device_id)


def remember_device(_ctx: Context, session: Session, event: StorageDeviceRegistered) -> None:
    outside.remember_device(
        session, event.storage_device_id, event.agency_id, event.kind, event.keeper_id
    )


def remember_keeper(_ctx: Context, session: Session, event: StorageDeviceKeeperChanged) -> None:
    """Somebody else keeps all that lies on the device."""
    outside.remember_keeper(session, event.storage_device_id, event.agency_id, event.to_keeper_id)
