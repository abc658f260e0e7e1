"""What a benchmark says: a figure, its goal, and how far its runs lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured thing; its value is the median of its runs."""

    name: str
    unit: str
    runs: Sequence[float]
    goal: float | None = None
    is_more_better: bool = True
    """Whether the goal is a least value (a rate) or a largest one (a time)."""
    against: str = ""
    """What `baseline` measured in turns with the runs, in the same unit."""
    baseline: Sequence[float] = ()
    limit: str
    """What keeps the figure from being better, in a sentence."""

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def ratio(self) -> float | None:
        """The median over neighbouring runs, so that a slow minute weighs on both sides."""
        if not self.baseline:
            return None
        return median(run / base for run, base in zip(self.runs, self.baseline, strict=True))

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.is_more_better else self.value <= self.goal

    @property
    def aim(self) -> str:
        if self.goal is None:
            return ""
        return f"{'>=' if self.is_more_better else '<='} {number(self.goal)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "ratio": self.ratio,
            "against": self.against,
            "goal": self.aim,
            "runs": list(self.runs),
        }


def number(value: float) -> str:
    """Three digits or more, as a person reads them."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - digits
