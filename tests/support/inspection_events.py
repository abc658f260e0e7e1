"""What the catalogue and ingest say of an inspection, in their own events."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from contracts.catalog import (
    ActivityRecorded,
    Category,
    ClipLinked,
    ClipUnlinked,
    ConditionDeclared,
    MarkAdded,
    MilestoneReached,
)
from contracts.ingest import (
    Carrier,
    ClipProbed,
    ClipQuarantined,
    ClipRegisteredOffsite,
    ClipResubmitted,
    ClipStored,
)
from tests.support.inspection import ACTIVITY, AGENCY, CASE, OFFICERS, STATED, at
from tests.support.telling_of_clips import registered_offsite


@dataclass(frozen=True)
class Inspection:
    """One inspection; every id but the officers' follows from the activity's."""

    agency_id: UUID = AGENCY
    activity_id: UUID = ACTIVITY
    case_id: UUID = CASE

    def id_of(self, name: str) -> UUID:
        return uuid5(self.activity_id, name)

    def recorded(self, category: Category = Category.INSPECTION) -> ActivityRecorded:
        return ActivityRecorded(
            agency_id=self.agency_id,
            activity_id=self.activity_id,
            case_id=self.case_id,
            category=category,
            stage="on_site_inspection",
            officer_ids=OFFICERS,
        )

    def reached(self, milestone: str, when: datetime) -> MilestoneReached:
        return MilestoneReached(
            agency_id=self.agency_id,
            activity_id=self.activity_id,
            milestone=milestone,
            at=when,
            stated_by=OFFICERS[0],
        )

    def opened(self) -> list[ActivityRecorded | MilestoneReached]:
        """An inspection with its three moments."""
        return [self.recorded(), *(self.reached(name, when) for name, when in STATED.items())]

    def linked(self, name: str) -> ClipLinked:
        return ClipLinked(
            agency_id=self.agency_id,
            link_id=self.id_of(f"link {name}"),
            clip_id=self.id_of(name),
            activity_id=self.activity_id,
            case_id=self.case_id,
            unit_id=uuid4(),
            linked_by=OFFICERS[0],
        )

    def unlinked(self, name: str) -> ClipUnlinked:
        return ClipUnlinked(
            agency_id=self.agency_id,
            link_id=self.id_of(f"link {name}"),
            clip_id=self.id_of(name),
            activity_id=self.activity_id,
            case_id=self.case_id,
            unlinked_by=OFFICERS[0],
        )

    def stored(self, name: str, start: str, end: str, same_as: str | None = None) -> ClipStored:
        """A clip with bytes of its own, or those of another."""
        return ClipStored(
            agency_id=self.agency_id,
            clip_id=self.id_of(name),
            sha256=sha256((same_as or name).encode()).hexdigest(),
            size_bytes=1,
            carrier=Carrier.BODY_CAMERA,
            recorded_start=at(start),
            recorded_end=at(end),
            filmed_by=OFFICERS[0],
            uploaded_by=OFFICERS[0],
            unit_id=None,
        )

    def registered_offsite(self, name: str, start: str, end: str) -> ClipRegisteredOffsite:
        """What is said of a clip that lies outside the system."""
        return registered_offsite(
            self.id_of(name), self.id_of("disk"), self.agency_id, at(start), at(end)
        )

    def resubmitted(self, name: str, of: str) -> ClipResubmitted:
        """A clip turned out to be one that is kept already."""
        return ClipResubmitted(
            agency_id=self.agency_id,
            clip_id=self.id_of(of),
            resubmitted_as=self.id_of(name),
            uploaded_by=OFFICERS[0],
            is_compared=True,
        )

    def quarantined(self, name: str) -> ClipQuarantined:
        return ClipQuarantined(
            agency_id=self.agency_id,
            clip_id=self.id_of(name),
            announced_sha256="0" * 64,
            received_sha256=sha256(name.encode()).hexdigest(),
            uploaded_by=OFFICERS[0],
        )

    def probed(self, name: str, shown_s: int) -> ClipProbed:
        return ClipProbed(
            agency_id=self.agency_id,
            clip_id=self.id_of(name),
            decodable=True,
            duration_ms=shown_s * 1000,
            width=640,
            height=360,
            video_codec="h264",
            audio_codec=None,
            frame_rate_milli=25_000,
            made_at=None,
            jumps=0,
        )

    def marked(self, name: str, point: str) -> MarkAdded:
        return MarkAdded(
            agency_id=self.agency_id,
            mark_id=self.id_of(f"mark {name} {point}"),
            clip_id=self.id_of(name),
            activity_id=self.activity_id,
            point=point,
            offset_ms=70_000,
            added_by=OFFICERS[0],
        )

    def declared(self, condition: str, *, holds: bool) -> ConditionDeclared:
        return ConditionDeclared(
            agency_id=self.agency_id,
            activity_id=self.activity_id,
            condition=condition,
            holds=holds,
            declared_by=OFFICERS[0],
        )
