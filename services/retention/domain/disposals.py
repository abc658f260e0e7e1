"""Whether a clip may be put before the appraisal. Pure; silence means keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID

from retention.domain.periods import Schedule

Mandate: TypeAlias = Literal["reconsideration", "litigation", "complaint", "investigation"]
Reason: TypeAlias = Literal["not_scheduled", "period_running", "permanent", "held"]

MANDATES: Final[dict[Mandate, str]] = {
    "reconsideration": "行政复议",
    "litigation": "行政诉讼",
    "complaint": "投诉、上访",
    "investigation": "调查",
}


@dataclass(frozen=True)
class Hold:
    """Nothing of the case may be disposed of."""

    hold_id: UUID
    case_id: UUID
    mandate: Mandate
    placed_by: UUID
    placed_at: datetime
    released_at: datetime | None = None

    def is_same_as(self, other: "Hold") -> bool:
        """Whether it is the same request again."""
        return (self.hold_id, self.case_id, self.mandate) == (
            other.hold_id,
            other.case_id,
            other.mandate,
        )


@dataclass(frozen=True)
class Standing:
    """Everything that decides about a clip."""

    schedule: Schedule | None
    """The longest that applies."""
    holds: Sequence[Hold]
    """Those not released, of every case that ever had the clip."""
    undecided: bool
    """It belongs to a case whose class nobody has confirmed yet."""
    decided_by: str | None
    """The article that says who decides the class, where a pack is in force."""


@dataclass(frozen=True)
class Answer:
    """May it go before the appraisal, and by which rule."""

    reason: Reason | None
    """None: it may."""
    rule_id: str
    citation: str | None
    text: str
    pack_sha256: str | None


@dataclass(frozen=True)
class Disposal:
    """A request to dispose of a clip, with its answer."""

    disposal_id: UUID
    clip_id: UUID
    asked_by: UUID
    answer: Answer


def may_dispose(standing: Standing, today: date) -> Answer:
    """Answer with the first thing that forbids it; only a period that is over allows it."""
    schedule = standing.schedule
    sha256 = schedule and schedule.pack_sha256
    if standing.holds:
        mandate = standing.holds[0].mandate
        text = f"因{MANDATES[mandate]}已封存，封存期间一律不得处置。"
        return Answer("held", f"hold.{mandate}", f"封存决定（{MANDATES[mandate]}）", text, sha256)
    if schedule is None or standing.undecided:
        by = f"依据{standing.decided_by}，" if standing.decided_by else ""
        text = f"{by}保管期限尚未确定；未确定之前一律保留。"
        return Answer("not_scheduled", "not-scheduled", standing.decided_by, text, sha256)
    until = schedule.keep_until
    if until is None:
        reason, text = "permanent", f"依据{schedule.citation}，永久保管，不得处置。"
    elif today < until:
        reason, text = (
            "period_running",
            f"依据{schedule.citation}，保管期限未满（{until}届满），不得处置。",
        )
    else:
        reason, text = None, f"保管期限已于{until}届满，可以提请鉴定；鉴定之前不销毁。"
    return Answer(reason, schedule.rule_id, schedule.citation, text, sha256)
