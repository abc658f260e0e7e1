"""What catalog does about other services' events."""

from catalog.operations import clips, people
from common.consumer import on
from contracts.identity import AccountDisabled, AccountOpened, UnitRegistered
from contracts.ingest import ClipProbed, ClipQuarantined, ClipStored

REACTIONS = (
    on(ClipStored, clips.remember_stored),
    on(ClipQuarantined, clips.remember_quarantined),
    on(ClipProbed, clips.remember_probed),
    on(UnitRegistered, people.remember_unit),
    on(AccountOpened, people.remember_account),
    on(AccountDisabled, people.remember_disabled),
)
