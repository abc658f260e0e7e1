"""What retention does about other services' events."""

from common.consumer import Reaction, on
from contracts.catalog import CaseArchived, CaseEnded, CaseOpened, ClipLinked
from contracts.checklist import PackActivated
from contracts.ingest import ClipStored
from retention.operations import told
from retention.operations.context import Context

REACTIONS: tuple[Reaction[Context], ...] = (
    on(CaseOpened, told.case_opened),
    on(CaseEnded, told.case_ended),
    on(CaseArchived, told.case_archived),
    on(ClipLinked, told.clip_linked),
    on(ClipStored, told.clip_stored),
    on(PackActivated, told.pack_activated),
)
