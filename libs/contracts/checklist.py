"""What checklist announces."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from common.events import Code, Count, Event, Refused, Sha256


class Verdict(StrEnum):
    """核查结论 on one checklist item. Never "compliant" by silence."""

    SATISFIED = "satisfied"  # 符合
    NOT_SATISFIED = "not_satisfied"  # 不符合
    NEEDS_JUDGEMENT = "needs_judgement"  # 需人工判定
    EXEMPT = "exempt"  # 不适用情形
    NOT_APPLICABLE = "not_applicable"  # 不涉及


class PackActivated(Event):
    """From a day on, an agency's acts are judged by one version of one pack."""

    type: ClassVar[str] = "checklist.pack.activated.v1"
    key: ClassVar[str] = "agency_id"

    activation_id: UUID
    pack: Code
    sha256: Sha256
    valid_from: date
    proposed_by: UUID
    confirmed_by: UUID
    """Never the proposer."""


class ActivityEvaluated(Event):
    """An activity was judged anew, with another outcome than before.

    All counts are 0 where no pack, or no item of it, could be applied: nothing was judged, and that
    is no compliance.
    """

    type: ClassVar[str] = "checklist.activity.evaluated.v1"
    key: ClassVar[str] = "activity_id"

    evaluation_id: UUID
    activity_id: UUID
    case_id: UUID
    pack_sha256: Sha256 | None
    """None: the agency had no pack in force on the day of the act."""
    satisfied: Count
    not_satisfied: Count
    needs_judgement: Count
    exempt: Count
    not_applicable: Count


class RequestRefused(Refused):
    """Checklist refused a signed-in person."""

    type: ClassVar[str] = "checklist.request.refused.v1"
