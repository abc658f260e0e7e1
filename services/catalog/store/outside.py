"""Queries about recordings that lie outside this system, and the devices they lie on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Session, col, select, update

from catalog.domain import Clip, Elsewhere
from catalog.tables import ClipRow, LinkRow, StorageDeviceRow
from contracts.ingest import StorageKind


def remember_recording(session: Session, clip: Clip) -> None:
    """Keep where a recording lies, unless the film itself came: that is known, or its original."""
    if session.get(ClipRow, clip.clip_id) is None:
        session.add(ClipRow(**vars(clip)))


def move(session: Session, clip_id: UUID, storage_device_id: UUID) -> None:
    """Note where a recording lies now; what is kept here as well does not lie elsewhere."""
    session.exec(
        update(ClipRow)
        .where(col(ClipRow.clip_id) == clip_id, col(ClipRow.storage_device_id).is_not(None))
        .values(storage_device_id=storage_device_id)
    )


def remember_device(
    session: Session, storage_device_id: UUID, agency_id: UUID, kind: StorageKind, keeper_id: UUID
) -> None:
    session.merge(
        StorageDeviceRow(
            storage_device_id=storage_device_id,
            agency_id=agency_id,
            kind=kind,
            keeper_id=keeper_id,
        )
    )


def remember_keeper(
    session: Session, storage_device_id: UUID, agency_id: UUID, keeper_id: UUID
) -> None:
    """Keep who keeps a device now. Of one registered before anybody listened here, no kind."""
    known = session.get(StorageDeviceRow, storage_device_id)
    session.merge(
        StorageDeviceRow(
            storage_device_id=storage_device_id,
            agency_id=agency_id,
            kind=known and known.kind,
            keeper_id=keeper_id,
        )
    )


def place_of(session: Session, clip_id: UUID) -> Elsewhere | None:
    """Where a clip lies outside this system, if it does."""
    found = _places(session, col(ClipRow.clip_id) == clip_id)
    return found[0] if found else None


def places_of_case(session: Session, case_id: UUID) -> Sequence[Elsewhere]:
    """Of the clips that serve the case now, those that lie outside this system."""
    serving = select(LinkRow.clip_id).where(
        LinkRow.case_id == case_id, col(LinkRow.ended_at).is_(None)
    )
    return _places(session, col(ClipRow.clip_id).in_(serving))


def _places(session: Session, which: ColumnElement[bool]) -> Sequence[Elsewhere]:
    is_of_it = col(StorageDeviceRow.storage_device_id) == col(ClipRow.storage_device_id)
    query = (
        select(ClipRow.clip_id, ClipRow.storage_device_id, StorageDeviceRow)
        .join(StorageDeviceRow, is_of_it, isouter=True)
        .where(which, col(ClipRow.storage_device_id).is_not(None))
        .order_by(col(ClipRow.recorded_start), col(ClipRow.clip_id))
    )
    return [
        _elsewhere(clip_id, storage_device_id, device)
        for clip_id, storage_device_id, device in session.exec(query)
        if storage_device_id
    ]


def _elsewhere(
    clip_id: UUID, storage_device_id: UUID, device: StorageDeviceRow | None
) -> Elsewhere:
    return Elsewhere(
        clip_id=clip_id,
        storage_device_id=storage_device_id,
        kind=StorageKind(device.kind) if device and device.kind else None,
        keeper_id=device and device.keeper_id,
    )
