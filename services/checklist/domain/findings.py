"""What judging one row of a list brings out. Kept as it was, and shown as it is kept."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from contracts.checklist import Verdict


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True)


class Window(_Shown):
    """When recording had to run."""

    start: datetime
    end: datetime


class Gap(_Shown):
    """A part of the window that no clip covers."""

    start: datetime
    end: datetime
    seconds: int
    """Between the two instants as a clock shows them, to the second."""


class PointState(_Shown):
    """Whether a content point was marked, and where first."""

    point: str
    label: str
    marked: bool
    clip_id: UUID | None = None
    offset_ms: int | None = None


class NotCounted(_Shown):
    """A linked clip that proves nothing for this row."""

    clip_id: UUID
    reason: str


class Finding(_Shown):
    """The verdict on one row, with everything it rests on."""

    item_id: str
    row: str
    section: str | None
    stage: str
    matter: str
    verdict: Verdict
    reasons: tuple[str, ...]
    citation: str
    window: Window | None = None
    covered_ms: int = 0
    gaps: tuple[Gap, ...] = ()
    points: tuple[PointState, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Our reading where the printed text is silent; whoever relies on a verdict must see it."""
