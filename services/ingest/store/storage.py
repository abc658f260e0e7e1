"""Every query about designated storage devices and who keeps them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, select

from contracts.ingest import StorageKind
from ingest.domain.storage import (
    KeeperChange,
    KeeperRequest,
    Retirement,
    StorageDevice,
    StorageRecord,
)
from ingest.tables import KeeperChangeRow, KeeperRequestRow, RetirementRow, StorageDeviceRow


def add_device(session: Session, device: StorageDevice) -> None:
    session.add(StorageDeviceRow(**vars(device)))
    session.flush()  # its requests and its end are behind it


def find_record(session: Session, storage_device_id: UUID) -> StorageRecord | None:
    row = session.get(StorageDeviceRow, storage_device_id)
    return row and _record(session, row)


def has_number(session: Session, agency_id: UUID, number: str) -> bool:
    query = select(StorageDeviceRow.storage_device_id).where(
        StorageDeviceRow.agency_id == agency_id, StorageDeviceRow.number == number
    )
    return session.exec(query).first() is not None


def records_of(
    session: Session, agency_id: UUID, after: UUID | None, limit: int
) -> Sequence[StorageRecord]:
    """An agency's devices by their ids, also those out of use, from the one after `after`."""
    query = select(StorageDeviceRow).where(StorageDeviceRow.agency_id == agency_id)
    if after:
        query = query.where(col(StorageDeviceRow.storage_device_id) > after)
    rows = session.exec(query.order_by(col(StorageDeviceRow.storage_device_id)).limit(limit))
    return [_record(session, row) for row in rows]


def add_request(session: Session, request: KeeperRequest) -> None:
    session.add(KeeperRequestRow(**vars(request)))


def find_request(session: Session, request_id: UUID) -> KeeperRequest | None:
    row = session.get(KeeperRequestRow, request_id)
    return row and KeeperRequest(**row.model_dump())


def add_change(session: Session, change: KeeperChange) -> None:
    session.add(
        KeeperChangeRow(
            request_id=change.request.request_id,
            storage_device_id=change.request.storage_device_id,
            number=change.number,
            authorised_by=change.authorised_by,
            authorised_at=change.authorised_at,
        )
    )


def add_retirement(session: Session, storage_device_id: UUID, retirement: Retirement) -> None:
    session.add(RetirementRow(storage_device_id=storage_device_id, **vars(retirement)))


def _record(session: Session, row: StorageDeviceRow) -> StorageRecord:
    device = replace(StorageDevice(**row.model_dump()), kind=StorageKind(row.kind))
    requests = _requests(session, device.storage_device_id)
    end = session.get(RetirementRow, device.storage_device_id)
    return StorageRecord(
        device=device,
        requests=requests,
        changes=_changes(session, device.storage_device_id, requests),
        retirement=end and Retirement(end.retired_by, end.retired_at),
    )


def _requests(session: Session, storage_device_id: UUID) -> Sequence[KeeperRequest]:
    rows = session.exec(
        select(KeeperRequestRow)
        .where(KeeperRequestRow.storage_device_id == storage_device_id)
        .order_by(col(KeeperRequestRow.requested_at), col(KeeperRequestRow.request_id))
    )
    return [KeeperRequest(**row.model_dump()) for row in rows]


def _changes(
    session: Session, storage_device_id: UUID, requests: Sequence[KeeperRequest]
) -> Sequence[KeeperChange]:
    asked = {request.request_id: request for request in requests}
    rows = session.exec(
        select(KeeperChangeRow)
        .where(KeeperChangeRow.storage_device_id == storage_device_id)
        .order_by(col(KeeperChangeRow.number))
    )
    return [
        KeeperChange(asked[row.request_id], row.number, row.authorised_by, row.authorised_at)
        for row in rows
    ]
