"""What ingest does about other services' events."""

from common.consumer import Reaction, on
from contracts.retention import ClipScheduled
from ingest.operations import clips
from ingest.operations.context import Context

REACTIONS: tuple[Reaction[Context], ...] = (on(ClipScheduled, clips.extend_lock),)
