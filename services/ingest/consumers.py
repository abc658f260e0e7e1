"""What ingest does about other services' events."""

from common.consumer import Reaction, on
from contracts.checklist import PackActivated
from contracts.retention import ClipScheduled
from ingest.operations import clips, law
from ingest.operations.context import Context

REACTIONS: tuple[Reaction[Context], ...] = (
    on(ClipScheduled, clips.extend_lock),
    on(PackActivated, law.pack_activated),
)
