"""What the catalogue announces, and its closed lists of words."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, StringConstraints

from common.events import Count, Event, Refused

_WORDS = r"^[a-z]+(_[a-z]+)*$"

Word = Annotated[str, StringConstraints(pattern=_WORDS, max_length=40)]
"""A stage, milestone or condition of a pack: no digits, so that nobody's number fits into it."""
Point = Annotated[str, StringConstraints(pattern=_WORDS, max_length=64)]
"""A content point of a pack, such as `certificate_shown`."""


class Category(StrEnum):
    """执法类别. Packs may use more; a case has one of these."""

    INSPECTION = "inspection"  # 行政检查
    LICENSING = "licensing"  # 行政许可
    PENALTY = "penalty"  # 行政处罚
    COERCION = "coercion"  # 行政强制
    EXPROPRIATION = "expropriation"  # 行政征收征用
    PAYMENT = "payment"  # 行政给付


class Trait(StrEnum):
    """What somebody stated of a finished case, as far as periods of keeping depend on it."""

    MAJOR_PENALTY = "major_penalty"  # 重大行政处罚
    MAJOR_SOCIAL_IMPACT = "major_social_impact"  # 重大社会影响
    COMPLEX = "complex"  # 案件情况复杂
    SEVERAL_LEGAL_RELATIONS = "several_legal_relations"  # 涉及多个法律关系
    HEARING = "hearing"  # 适用听证程序
    ENFORCEMENT = "enforcement"  # 行政强制执行


class CaseOpened(Event):
    """A case exists. Its name and its party stay in the catalogue."""

    type: ClassVar[str] = "catalog.case.opened.v1"
    key: ClassVar[str] = "case_id"

    case_id: UUID
    category: Category
    unit_id: UUID
    opened_by: UUID


class CaseEnded(Event):
    """The enforcement act is over (行政执法行为终结); periods of keeping start from this."""

    type: ClassVar[str] = "catalog.case.ended.v1"
    key: ClassVar[str] = "case_id"

    case_id: UUID
    category: Category
    unit_id: UUID
    ended_on: date
    """A legal date in Asia/Shanghai."""
    traits: tuple[Trait, ...]
    ended_by: UUID


class CaseArchived(Event):
    """The case file was taken over by the archive (归档)."""

    type: ClassVar[str] = "catalog.case.archived.v1"
    key: ClassVar[str] = "case_id"

    case_id: UUID
    archived_on: date
    archived_by: UUID


class ActivityRecorded(Event):
    """One carried-out enforcement step (执法活动) belongs to a case."""

    type: ClassVar[str] = "catalog.activity.recorded.v1"
    key: ClassVar[str] = "activity_id"

    activity_id: UUID
    case_id: UUID
    category: Category
    stage: Word
    """执法环节, in the words of the agency's pack, such as `on_site_inspection`."""
    officer_ids: tuple[UUID, ...]
    acted_on: date | None = None
    """The act's day in China, where it was stated with the activity."""


class MilestoneReached(Event):
    """A named moment of an activity, from which or until which recording is required."""

    type: ClassVar[str] = "catalog.activity.milestone.v1"
    key: ClassVar[str] = "activity_id"

    activity_id: UUID
    milestone: Word
    at: AwareDatetime
    stated_by: UUID


class ConditionDeclared(Event):
    """Somebody stated whether a condition of the law holds for an activity."""

    type: ClassVar[str] = "catalog.condition.declared.v1"
    key: ClassVar[str] = "activity_id"

    activity_id: UUID
    condition: Word
    holds: bool
    declared_by: UUID


class ClipLinked(Event):
    """A clip serves an activity. Links are history: never changed, only ended."""

    type: ClassVar[str] = "catalog.clip.linked.v1"
    key: ClassVar[str] = "clip_id"

    link_id: UUID
    clip_id: UUID
    activity_id: UUID
    case_id: UUID
    unit_id: UUID
    """The case's handling unit."""
    linked_by: UUID


class ClipUnlinked(Event):
    """A link was ended; it and its end stay on record."""

    type: ClassVar[str] = "catalog.clip.unlinked.v1"
    key: ClassVar[str] = "clip_id"

    link_id: UUID
    clip_id: UUID
    activity_id: UUID
    case_id: UUID
    unlinked_by: UUID


class MarkAdded(Event):
    """A timed note that a content point is seen or heard in a clip."""

    type: ClassVar[str] = "catalog.mark.added.v1"
    key: ClassVar[str] = "clip_id"

    mark_id: UUID
    clip_id: UUID
    activity_id: UUID
    point: Point
    """A content point of the agency's pack."""
    offset_ms: Count
    """From the clip's beginning."""
    added_by: UUID


class RequestRefused(Refused):
    """The catalogue refused a signed-in person."""

    type: ClassVar[str] = "catalog.request.refused.v1"
