"""What is known of an activity when it is judged."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from checklist.domain.intervals import Interval, ms_of
from contracts.catalog import Category
from contracts.ingest import Carrier

LOCAL: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Activity:
    """One carried-out enforcement step."""

    activity_id: UUID
    agency_id: UUID
    case_id: UUID
    category: Category
    stage: str
    officer_ids: tuple[UUID, ...]
    recorded_at: datetime
    """When the catalogue announced it: its clock, however late this service heard of it."""


@dataclass(frozen=True)
class Recording:
    """What the device said of a clip."""

    carrier: Carrier
    recorded_start: datetime
    recorded_end: datetime
    is_offsite: bool = False
    """It lies on a storage device outside this system: somebody's word, which nobody here saw."""


@dataclass(frozen=True)
class Probe:
    """What was read from a clip's bytes."""

    decodable: bool
    duration_ms: int
    has_picture: bool
    jumps: int
    """Places where the time stamps leave a hole or go back."""
    made_at: datetime | None
    """The creation time embedded in the file; devices write the begin or the end of recording."""


@dataclass(frozen=True)
class Clip:
    """A clip linked to the activity, as far as it is known."""

    clip_id: UUID
    recording: Recording | None
    """None until its bytes are stored, or it is said to lie elsewhere."""
    probe: Probe | None
    """None until its bytes were read; the device's word stands until then."""
    copies: int = 0
    """Other clips of the agency with the very same bytes."""

    @cached_property
    def interval(self) -> Interval | None:
        """When it shows something: as declared, but no longer than what was really found."""
        if self.recording is None:
            return None
        start_ms, end_ms = ms_of(self.recording.recorded_start), ms_of(self.recording.recorded_end)
        if self.probe is not None:
            shown_ms = self.probe.duration_ms if self.probe.decodable else 0
            end_ms = min(end_ms, start_ms + shown_ms)
        return Interval(start_ms, max(start_ms, end_ms))


@dataclass(frozen=True)
class Mark:
    """A note that a content point is seen at a place in a clip."""

    clip_id: UUID
    point: str
    offset_ms: int


@dataclass(frozen=True)
class Facts:
    """Everything an activity is judged by."""

    activity: Activity
    milestones: Mapping[str, datetime]
    conditions: Mapping[str, bool]
    """A condition nobody stated is not here: unknown is neither true nor false."""
    clips: tuple[Clip, ...]
    marks: tuple[Mark, ...]
    earlier: Mapping[str, tuple[datetime, ...]]
    """What was stated of a milestone before its last statement. Only restated ones are here."""

    def act_on(self, moments: Container[str]) -> date:
        """The day of the act in Asia/Shanghai, whose law rules it.

        That of the earliest of `moments` stated, which are those lists rest on: no other word moves
        an act to another day. Until then, the day the activity was recorded.
        """
        stated = (at for word, at in self.milestones.items() if word in moments)
        at = min(stated, default=self.activity.recorded_at)
        return at.astimezone(LOCAL).date()
