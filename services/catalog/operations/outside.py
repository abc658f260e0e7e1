"""What ingest tells of recordings that lie outside this system, and of who keeps them there.

Clips and devices have an order each, and none between them: neither waits for the other.
"""

from dataclasses import replace

from sqlmodel import Session

from catalog.operations.clips import clip_told
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
    told = clip_told(event, event.registered_by)
    clip = replace(told, storage_device_id=event.storage_device_id)
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
