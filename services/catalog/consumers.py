"""What catalog does about other services' events."""

from catalog.operations import clips, outside, people, words
from common.consumer import on, on_dated
from contracts.checklist import PackActivated
from contracts.identity import AccountDisabled, AccountOpened, UnitRegistered
from contracts.ingest import (
    ClipMovedOffsite,
    ClipProbed,
    ClipQuarantined,
    ClipRegisteredOffsite,
    ClipResubmitted,
    ClipStored,
    StorageDeviceKeeperChanged,
    StorageDeviceRegistered,
)

REACTIONS = (
    on(ClipStored, clips.remember_stored),
    on(ClipQuarantined, clips.remember_quarantined),
    on(ClipProbed, clips.remember_probed),
    on(UnitRegistered, people.remember_unit),
    on(AccountOpened, people.remember_account),
    on_dated(AccountDisabled, people.remember_disabled),
    on(PackActivated, words.activate_pack),
    on(ClipResubmitted, clips.remember_resubmitted),
    on(ClipRegisteredOffsite, outside.remember_recording),
    on(ClipMovedOffsite, outside.remember_move),
    on(StorageDeviceRegistered, outside.remember_device),
    on(StorageDeviceKeeperChanged, outside.remember_keeper),
)
