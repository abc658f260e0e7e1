"""What catalog does about other services' events."""

from catalog.operations import clips
from common.consumer import on
from contracts.ingest import ClipProbed, ClipQuarantined, ClipStored

REACTIONS = (
    on(ClipStored, clips.remember_stored),
    on(ClipQuarantined, clips.remember_quarantined),
    on(ClipProbed, clips.remember_probed),
)
