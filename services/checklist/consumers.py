"""What checklist does about other services' events."""

from typing import Final

from checklist.operations import hearing
from common.consumer import on, on_dated
from contracts.catalog import (
    ActivityRecorded,
    ClipLinked,
    ClipUnlinked,
    ConditionDeclared,
    MarkAdded,
    MilestoneReached,
)
from contracts.ingest import (
    ClipProbed,
    ClipQuarantined,
    ClipRegisteredOffsite,
    ClipResubmitted,
    ClipStored,
)

REACTIONS: Final = (
    on_dated(ActivityRecorded, hearing.hear_of_activity),
    on(MilestoneReached, hearing.hear_of_milestone),
    on(ConditionDeclared, hearing.hear_of_condition),
    on(ClipLinked, hearing.hear_of_link),
    on(ClipUnlinked, hearing.hear_of_end_of_link),
    on(MarkAdded, hearing.hear_of_mark),
    on(ClipStored, hearing.hear_of_recording),
    on(ClipProbed, hearing.hear_of_probe),
    on(ClipRegisteredOffsite, hearing.hear_of_offsite),
    on(ClipQuarantined, hearing.hear_of_quarantine),
    on(ClipResubmitted, hearing.hear_of_resubmission),
)
