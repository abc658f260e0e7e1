"""An activity judged as a whole: by which pack, with which findings, or why not at all."""

from collections import Counter
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from checklist.domain.evaluate import evaluate
from checklist.domain.facts import Facts
from checklist.domain.findings import Finding
from checklist.domain.pack import Checklist
from checklist.domain.texts import CATEGORIES
from contracts.checklist import Verdict


class State(StrEnum):
    """Whether an activity could be judged. Everything but the first asks for a person."""

    JUDGED = "judged"
    NO_PACK = "no_pack"
    """The agency had activated no pack for the day of the act."""
    NO_CHECKLIST = "no_checklist"
    """The pack in force has no list of what must be recorded."""
    NO_ROWS = "no_rows"
    """The list in force has no row of the activity's category."""


class Judgement(BaseModel):
    """What judging an activity brought out."""

    model_config = ConfigDict(frozen=True)

    state: State
    act_on: date
    """The day in Asia/Shanghai whose law was applied."""
    pack: str | None = None
    pack_sha256: str | None = None
    notice: str | None = None
    """Why there are no findings. Never empty where there are none."""
    findings: tuple[Finding, ...] = ()

    @property
    def outcome(self) -> tuple[str | None, State, dict[str, Verdict]]:
        """What others hear of: the law applied and each row's verdict, without the reasons."""
        verdicts = {finding.item_id: finding.verdict for finding in self.findings}
        return self.pack_sha256, self.state, verdicts

    @property
    def counts(self) -> Counter[Verdict]:
        return Counter(finding.verdict for finding in self.findings)


def unruled(day: date) -> Judgement:
    """No pack was in force: said aloud, because silence would read as compliance."""
    notice = f"行为当日（{day.year}年{day.month}月{day.day}日）本机关没有施行中的规范包，须由人判定"
    return Judgement(state=State.NO_PACK, act_on=day, notice=notice)


def judge(
    facts: Facts, day: date, pack: str, pack_sha256: str, checklist: Checklist | None
) -> Judgement:
    """Judge by the pack in force on the day of the act; None where it has no checklist."""
    by = Judgement(state=State.JUDGED, act_on=day, pack=pack, pack_sha256=pack_sha256)
    if checklist is None:
        notice = f"施行中的规范包“{pack}”没有音像记录事项清单，须由人判定"
        return by.model_copy(update={"state": State.NO_CHECKLIST, "notice": notice})
    findings = evaluate(checklist, facts)
    if not findings:
        category = CATEGORIES[facts.activity.category]
        notice = f"施行中的清单没有“{category}”类的记录事项，须由人判定"
        return by.model_copy(update={"state": State.NO_ROWS, "notice": notice})
    return by.model_copy(update={"findings": findings})
