"""What retention announces."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from common.events import Code, Event, Refused, Sha256


class ClassProposed(Event):
    """The engine proposes how long a case file is kept; people decide."""

    type: ClassVar[str] = "retention.class.proposed.v1"
    key: ClassVar[str] = "case_id"

    case_id: UUID
    class_id: Code
    rule_id: Code
    pack_sha256: Sha256


class ClassConfirmed(Event):
    """The handling unit's head decided the class (承办处室 … 确定保管期限)."""

    type: ClassVar[str] = "retention.class.confirmed.v1"
    key: ClassVar[str] = "case_id"

    case_id: UUID
    class_id: Code
    rule_id: Code
    pack_sha256: Sha256
    confirmed_by: UUID


class ClipScheduled(Event):
    """A clip is kept until a day, or for ever."""

    type: ClassVar[str] = "retention.clip.scheduled.v1"
    key: ClassVar[str] = "clip_id"

    clip_id: UUID
    case_id: UUID | None
    """None: the clip is kept for its own sake, as part of no case."""
    keep_until: date | None
    """First day on which keeping is no longer required, in Asia/Shanghai; None: permanent."""
    class_id: Code
    rule_id: Code
    pack_sha256: Sha256


class HoldPlaced(Event):
    """Nothing of the case may be disposed of (封存/暂停处置)."""

    type: ClassVar[str] = "retention.hold.placed.v1"
    key: ClassVar[str] = "case_id"

    hold_id: UUID
    case_id: UUID
    mandate: Literal["reconsideration", "litigation", "complaint", "investigation"]
    placed_by: UUID


class HoldReleased(Event):
    """A hold ended; others may remain."""

    type: ClassVar[str] = "retention.hold.released.v1"
    key: ClassVar[str] = "case_id"

    hold_id: UUID
    case_id: UUID
    released_by: UUID


class DisposalRefused(Event):
    """Somebody asked to dispose of a clip and may not."""

    type: ClassVar[str] = "retention.disposal.refused.v1"
    key: ClassVar[str] = "clip_id"

    disposal_id: UUID
    clip_id: UUID
    asked_by: UUID
    reason: Literal["not_scheduled", "period_running", "permanent", "held"]
    rule_id: Code
    pack_sha256: Sha256 | None


class DisposalProposed(Event):
    """A clip whose period is over was put before the appraisal (鉴定). Nothing is destroyed yet."""

    type: ClassVar[str] = "retention.disposal.proposed.v1"
    key: ClassVar[str] = "clip_id"

    disposal_id: UUID
    clip_id: UUID
    proposed_by: UUID


class RequestRefused(Refused):
    """Retention refused a signed-in person."""

    type: ClassVar[str] = "retention.request.refused.v1"
