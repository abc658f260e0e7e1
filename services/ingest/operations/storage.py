"""Storage devices are designated, handed on with another's consent, and taken out of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.identity import Role
from contracts.ingest import (
    StorageDeviceKeeperChanged,
    StorageDeviceRegistered,
    StorageDeviceRetired,
    StorageKind,
)
from ingest.domain.names import own_id
from ingest.domain.storage import (
    KeeperChange,
    KeeperRequest,
    Retirement,
    StorageDevice,
    StorageRecord,
)
from ingest.errors import (
    KeeperChangedError,
    KeeperRequestUnknownError,
    KeyTakenError,
    NotIndependentError,
    NotKeeperError,
    NumberTakenError,
    StorageDeviceNotEmptyError,
    StorageDeviceOutOfUseError,
    StorageDeviceUnknownError,
)
from ingest.operations.context import Context
from ingest.store import offsite, storage


@dataclass(frozen=True)
class Designation:
    """What a custodian says of a device that the agency designates."""

    kind: StorageKind
    number: str
    place: str
    keeper_id: UUID
    in_use_from: datetime


def register(ctx: Context, who: Requester, key: UUID, said: Designation) -> StorageRecord:
    """Designate a storage device. Safe to repeat.

    Raises:
        KeyTakenError: the agency has used the key with other words.
        NumberTakenError: the agency has another device of this number, in use or not.
    """
    device = StorageDevice(
        storage_device_id=own_id(who.agency_id, "storage_device", key),
        agency_id=who.agency_id,
        kind=said.kind,
        number=said.number,
        place=said.place,
        first_keeper_id=said.keeper_id,
        in_use_from=said.in_use_from,
        registered_by=who.subject,
        registered_at=ctx.clock.now(),
    )
    with ctx.recording(who), ctx.db.transaction() as session:
        known = storage.find_record(session, device.storage_device_id)
        if known and known.device != device:
            raise RefusedError(KeyTakenError(), device.storage_device_id)
        if known:
            return known
        if storage.has_number(session, who.agency_id, device.number):
            raise RefusedError(NumberTakenError(), device.storage_device_id)
        storage.add_device(session, device)
        event = StorageDeviceRegistered(
            agency_id=device.agency_id,
            storage_device_id=device.storage_device_id,
            kind=device.kind,
            keeper_id=device.first_keeper_id,
            in_use_from=device.in_use_from,
            registered_by=device.registered_by,
        )
        ctx.outbox.emit(session, event)
    return StorageRecord(device, [], [], None)


def look_up(ctx: Context, who: Requester, storage_device_id: UUID) -> StorageRecord:
    """A storage device of the requester's own agency, with all its history.

    Raises:
        StorageDeviceUnknownError: unknown, or another agency's. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        return own_device(session, who, storage_device_id)


def list_devices(
    ctx: Context, who: Requester, after: UUID | None, limit: int
) -> Sequence[StorageRecord]:
    """The storage devices of the requester's agency, also those out of use."""
    with ctx.db.snapshot() as session:
        return storage.records_of(session, who.agency_id, after, limit)


def request_keeper(
    ctx: Context, who: Requester, storage_device_id: UUID, key: UUID, to_keeper_id: UUID
) -> tuple[StorageRecord, KeeperRequest]:
    """Ask that somebody else keep a device. Nothing changes until another authorises it.

    Safe to repeat.

    Raises:
        StorageDeviceUnknownError: unknown, or another agency's.
        NotKeeperError: neither a custodian nor the present keeper.
        StorageDeviceOutOfUseError: it is not in use.
        KeyTakenError: the agency has used the key with other words.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        record = own_device(session, who, storage_device_id)
        request = KeeperRequest(
            request_id=own_id(who.agency_id, "keeper_request", key),
            storage_device_id=storage_device_id,
            from_keeper_id=record.keeper_id,
            to_keeper_id=to_keeper_id,
            requested_by=who.subject,
            requested_at=ctx.clock.now(),
        )
        known = storage.find_request(session, request.request_id)
        if known and not known.is_same_as(request):
            raise RefusedError(KeyTakenError(), storage_device_id)
        if known is None:
            if Role.CUSTODIAN not in who.roles and who.subject != record.keeper_id:
                raise RefusedError(NotKeeperError(), storage_device_id)
            check_in_use(ctx, record)
            storage.add_request(session, request)
    return record, known or request


def authorise_keeper(
    ctx: Context, who: Requester, storage_device_id: UUID, request_id: UUID
) -> StorageRecord:
    """Let somebody else keep a device from now on, as was asked for. Safe to repeat.

    Raises:
        StorageDeviceUnknownError, KeeperRequestUnknownError: unknown, or another agency's.
        NotIndependentError: `who` asked for it, or would be the keeper.
        KeeperChangedError: another keeper has it than when it was asked for.
        StorageDeviceOutOfUseError: it is not in use.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        record = own_device(session, who, storage_device_id)
        request = record.find_request(request_id)
        if request is None:
            raise RefusedError(KeeperRequestUnknownError(), storage_device_id)
        if not request.may_be_authorised_by(who.subject):
            raise RefusedError(NotIndependentError(), storage_device_id)
        if record.find_change(request_id):
            return record
        check_in_use(ctx, record)
        if request.from_keeper_id != record.keeper_id:
            raise RefusedError(KeeperChangedError(), storage_device_id)
        number = len(record.changes) + 1
        change = KeeperChange(request, number, who.subject, ctx.clock.now())
        storage.add_change(session, change)
        ctx.outbox.emit(session, _changed(record.device, change))
        return own_device(session, who, storage_device_id)


def retire(ctx: Context, who: Requester, storage_device_id: UUID) -> StorageRecord:
    """Take a device out of use for good. Safe to repeat.

    Raises:
        StorageDeviceUnknownError: unknown, or another agency's.
        StorageDeviceNotEmptyError: a recording lies on it and nowhere else.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        record = own_device(session, who, storage_device_id)
        if record.retirement:
            return record
        if offsite.lying_on(session, storage_device_id, None, 1):
            raise RefusedError(StorageDeviceNotEmptyError(), storage_device_id)
        retirement = Retirement(who.subject, ctx.clock.now())
        storage.add_retirement(session, storage_device_id, retirement)
        event = StorageDeviceRetired(
            agency_id=who.agency_id, storage_device_id=storage_device_id, retired_by=who.subject
        )
        ctx.outbox.emit(session, event)
        return own_device(session, who, storage_device_id)


def own_device(session: Session, who: Requester, storage_device_id: UUID) -> StorageRecord:
    """Find a device of the requester's agency.

    Raises:
        RefusedError: with `StorageDeviceUnknownError`.
    """
    record = anywhere(session, storage.find_record, storage_device_id)
    if record is None or record.device.agency_id != who.agency_id:
        owner_id = record and record.device.agency_id
        raise RefusedError(StorageDeviceUnknownError(), storage_device_id, owner_id)
    return record


def check_in_use(ctx: Context, record: StorageRecord) -> None:
    """Whether the device is in use now.

    Raises:
        RefusedError: with `StorageDeviceOutOfUseError`.
    """
    if not record.is_in_use_at(ctx.clock.now()):
        raise RefusedError(StorageDeviceOutOfUseError(), record.device.storage_device_id)


def _changed(device: StorageDevice, change: KeeperChange) -> StorageDeviceKeeperChanged:
    return StorageDeviceKeeperChanged(
        agency_id=device.agency_id,
        storage_device_id=device.storage_device_id,
        request_id=change.request.request_id,
        from_keeper_id=change.request.from_keeper_id,
        to_keeper_id=change.request.to_keeper_id,
        requested_by=change.request.requested_by,
        requested_at=change.request.requested_at,
        authorised_by=change.authorised_by,
        authorised_at=change.authorised_at,
    )
