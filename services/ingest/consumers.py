"""What ingest does about other services' events."""

from common.consumer import Reaction, on, on_dated
from contracts.catalog import ClipLinked
from contracts.checklist import PackActivated
from contracts.identity import AccountDisabled
from contracts.retention import ClipScheduled, HoldPlaced, HoldReleased
from ingest.operations import clips, holding, law, people
from ingest.operations.context import Context

REACTIONS: tuple[Reaction[Context], ...] = (
    on(ClipScheduled, clips.extend_lock),
    on(PackActivated, law.pack_activated),
    on_dated(AccountDisabled, people.remember_closed),
    on(ClipLinked, holding.clip_linked),
    on(HoldPlaced, holding.hold_placed),
    on(HoldReleased, holding.hold_released),
)
