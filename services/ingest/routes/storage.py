"""HTTP face of designated storage devices: parse, call one operation, render."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from common.fields import Line
from contracts.ingest import StorageKind
from ingest.domain.announcement import Instant
from ingest.domain.storage import KeeperRequest, StorageRecord
from ingest.operations import storage
from ingest.routes.callers import Ctx, Custodian, HeadOrLeader, Limit, Staff

router = APIRouter(prefix="/v1/storage-devices")


class StorageDeviceIn(BaseModel):
    """A device that the agency designates, and who keeps it."""

    model_config = ConfigDict(extra="forbid")

    kind: StorageKind
    number: Line
    place: Line
    keeper_id: UUID
    in_use_from: Instant


class KeeperIn(BaseModel):
    """Who is to keep the device."""

    model_config = ConfigDict(extra="forbid")

    to_keeper_id: UUID


class KeeperRequestOut(BaseModel):
    """A change of keeper that was asked for, and who authorised it, if somebody did."""

    request_id: UUID
    from_keeper_id: UUID
    to_keeper_id: UUID
    requested_by: UUID
    requested_at: AwareDatetime
    authorised_by: UUID | None
    authorised_at: AwareDatetime | None

    @classmethod
    def of(cls, record: StorageRecord, request: KeeperRequest) -> Self:
        change = record.find_change(request.request_id)
        return cls(
            request_id=request.request_id,
            from_keeper_id=request.from_keeper_id,
            to_keeper_id=request.to_keeper_id,
            requested_by=request.requested_by,
            requested_at=request.requested_at,
            authorised_by=change and change.authorised_by,
            authorised_at=change and change.authorised_at,
        )


class StorageDeviceOut(BaseModel):
    """A designated device with its whole history."""

    storage_device_id: UUID
    kind: StorageKind
    number: str
    place: str
    in_use_from: AwareDatetime
    registered_by: UUID
    registered_at: AwareDatetime
    first_keeper_id: UUID
    keeper_id: UUID
    """Who keeps it now."""
    keeper_requests: list[KeeperRequestOut]
    retired_by: UUID | None
    retired_at: AwareDatetime | None

    @classmethod
    def of(cls, record: StorageRecord) -> Self:
        end = record.retirement
        said = {name: it for name, it in vars(record.device).items() if name in cls.model_fields}
        return cls(
            **said,
            keeper_id=record.keeper_id,
            keeper_requests=[KeeperRequestOut.of(record, it) for it in record.requests],
            retired_by=end and end.retired_by,
            retired_at=end and end.retired_at,
        )


class StorageDevicesOut(BaseModel):
    """A page of an agency's devices; `next` is the cursor of the page behind it."""

    items: list[StorageDeviceOut]
    next: UUID | None


@router.put("/{key}", status_code=201)
def register(ctx: Ctx, who: Custodian, key: UUID, body: StorageDeviceIn) -> StorageDeviceOut:
    """Designate a storage device.

    `key` is the client's own id, unique in its agency; the answer's `storage_device_id` names the
    device everywhere else.
    """
    said = storage.Designation(**dict(body))
    return StorageDeviceOut.of(storage.register(ctx, who, key, said))


@router.get("/{storage_device_id}")
def look_up(ctx: Ctx, who: Staff, storage_device_id: UUID) -> StorageDeviceOut:
    return StorageDeviceOut.of(storage.look_up(ctx, who, storage_device_id))


@router.get("")
def list_devices(
    ctx: Ctx, who: Staff, cursor: UUID | None = None, limit: Limit = 50
) -> StorageDevicesOut:
    found = storage.list_devices(ctx, who, cursor, limit + 1)
    items = [StorageDeviceOut.of(record) for record in found[:limit]]
    more = len(found) > limit
    return StorageDevicesOut(items=items, next=items[-1].storage_device_id if more else None)


@router.put("/{storage_device_id}/keeper-requests/{key}", status_code=201)
def request_keeper(
    ctx: Ctx, who: Staff, storage_device_id: UUID, key: UUID, body: KeeperIn
) -> KeeperRequestOut:
    """Ask for another keeper: a custodian or the present keeper may; another person authorises."""
    record, request = storage.request_keeper(ctx, who, storage_device_id, key, body.to_keeper_id)
    return KeeperRequestOut.of(record, request)


@router.post("/{storage_device_id}/keeper-requests/{request_id}/authorise")
def authorise_keeper(
    ctx: Ctx, who: HeadOrLeader, storage_device_id: UUID, request_id: UUID
) -> StorageDeviceOut:
    record = storage.authorise_keeper(ctx, who, storage_device_id, request_id)
    return StorageDeviceOut.of(record)


@router.post("/{storage_device_id}/retire")
def retire(ctx: Ctx, who: Custodian, storage_device_id: UUID) -> StorageDeviceOut:
    return StorageDeviceOut.of(storage.retire(ctx, who, storage_device_id))
