"""What ingest does about other services' events."""

from common.consumer import Reaction, on, on_dated
from contracts.identity import AccountDisabled
from contracts.retention import ClipScheduled
from ingest.operations import clips, people
from ingest.operations.context import Context

REACTIONS: tuple[Reaction[Context], ...] = (
    on(ClipScheduled, clips.extend_lock),
    on_dated(AccountDisabled, people.remember_closed),
)
