"""Storage devices that an agency has designated, and who keeps them (S4, art. 23 and 24). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from contracts.ingest import StorageKind


@dataclass(frozen=True)
class StorageDevice:
    """A device on which recordings may lie outside this system (指定的存储设备)."""

    storage_device_id: UUID
    agency_id: UUID
    kind: StorageKind
    number: str
    place: str
    first_keeper_id: UUID
    in_use_from: datetime
    registered_by: UUID
    registered_at: datetime = field(compare=False)


@dataclass(frozen=True)
class KeeperRequest:
    """Somebody asks that a device go from one keeper to another; nothing changes by that."""

    request_id: UUID
    storage_device_id: UUID
    from_keeper_id: UUID
    to_keeper_id: UUID
    requested_by: UUID
    requested_at: datetime = field(compare=False)

    def is_same_as(self, other: "KeeperRequest") -> bool:
        """Whether both ask the same, also where the keeper has changed since the first."""
        mine = (self.storage_device_id, self.to_keeper_id, self.requested_by)
        return mine == (other.storage_device_id, other.to_keeper_id, other.requested_by)

    def may_be_authorised_by(self, person: UUID) -> bool:
        """Whether that is a second person, and not the one who would receive the device.

        Nobody hands a device over on their own word (不得擅自交给他人保管: S4, art. 23).
        """
        return person not in {self.requested_by, self.to_keeper_id}


@dataclass(frozen=True)
class KeeperChange:
    """A request that was authorised: from that instant on, somebody else keeps the device."""

    request: KeeperRequest
    number: int
    """1 for the device's first change."""
    authorised_by: UUID
    authorised_at: datetime


@dataclass(frozen=True)
class Retirement:
    """A device taken out of use, for good."""

    retired_by: UUID
    retired_at: datetime


@dataclass(frozen=True)
class StorageRecord:
    """All that is on record of a device."""

    device: StorageDevice
    requests: Sequence[KeeperRequest]
    """Every request, oldest first."""
    changes: Sequence[KeeperChange]
    """Those that were authorised, in their order."""
    retirement: Retirement | None

    def is_in_use_at(self, instant: datetime) -> bool:
        return self.retirement is None and self.device.in_use_from <= instant

    @property
    def keeper_id(self) -> UUID:
        """Who keeps the device now."""
        if not self.changes:
            return self.device.first_keeper_id
        return self.changes[-1].request.to_keeper_id

    def find_request(self, request_id: UUID) -> KeeperRequest | None:
        return next((it for it in self.requests if it.request_id == request_id), None)

    def find_change(self, request_id: UUID) -> KeeperChange | None:
        return next((it for it in self.changes if it.request.request_id == request_id), None)
