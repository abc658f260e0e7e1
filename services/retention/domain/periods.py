"""Until when a clip is kept, clause by clause. Pure; dates are those of Asia/Shanghai."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from retention.domain.proposals import Match
from retention.domain.rules import Anchor, RetentionRules

LEGAL_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Step:
    """One clause of the answer to "why until this day?"."""

    text: str
    citation: str | None
    value: str


@dataclass(frozen=True)
class Schedule:
    """How long a clip is kept, and by which rule."""

    case_id: UUID | None
    """None: the least for any clip, given by no case."""
    class_id: str
    rule_id: str
    citation: str
    pack_sha256: str
    keep_until: date | None
    """First day on which keeping is no longer required; None: for ever."""

    def outlasts(self, other: "Schedule") -> bool:
        if other.keep_until is None:
            return False
        return self.keep_until is None or self.keep_until > other.keep_until


def longest(schedules: Iterable[Schedule]) -> Schedule | None:
    """The one that binds; the first of equals."""
    found: Schedule | None = None
    for schedule in schedules:
        if found is None or schedule.outlasts(found):
            found = schedule
    return found


def legal_day(instant: datetime) -> date:
    return instant.astimezone(LEGAL_ZONE).date()


def keep_until(years: int | None, event_on: date, anchor: Anchor) -> date | None:
    """First day on which keeping is no longer required; None: for ever.

    An exact period begins the day after the event and ends with the same day `years` later, or,
    where that month has no such day, with the month's last (民法典 第二百零一条、第二百零二条).
    A period beyond the calendar's last year is for ever.
    """
    if years is None or event_on.year + 1 + years > MAXYEAR:
        return None
    if anchor.start == "next_jan_1":
        return date(event_on.year + 1 + years, 1, 1)
    return _same_day(event_on, years) + timedelta(days=1)


def for_case(
    rules: RetentionRules, match: Match, case_id: UUID, ended_on: date, pack_sha256: str
) -> Schedule:
    """The schedule of a clip whose case file has a confirmed class."""
    until = keep_until(match.kept.years, ended_on, rules.anchor)
    return Schedule(case_id, match.kept.id, match.rule_id, match.citation, pack_sha256, until)


def outside_cases(rules: RetentionRules, recorded_on: date, pack_sha256: str) -> Schedule:
    """The least that holds for every clip, whether or not a case has claimed it."""
    floor = rules.outside_cases
    until = keep_until(floor.years, recorded_on, rules.anchor)
    return Schedule(None, "outside_cases", floor.id, floor.citation, pack_sha256, until)


def explain_case(
    rules: RetentionRules, match: Match, ended_on: date, confirmed_at: datetime
) -> tuple[Step, ...]:
    """Why a clip of a case is kept until its day."""
    kept = match.kept
    head = (
        Step(
            f"属于案件，与案卷同期：“{rules.in_cases.text}”", rules.in_cases.citation, "与案卷相同"
        ),
        Step("".join(match.reasons), match.citation, kept.label),
        Step(
            f"承办机构负责人已确认保管期限：“{rules.decided_by.text}”",
            rules.decided_by.citation,
            legal_day(confirmed_at).isoformat(),
        ),
    )
    ended = Step("行政执法行为终结之日", "案件终结登记", ended_on.isoformat())
    return (*head, *_counting(rules.anchor, match.citation, ended, kept.years, ended_on))


def explain_floor(rules: RetentionRules, recorded_on: date, *, in_case: bool) -> tuple[Step, ...]:
    """Why a clip is kept at least until its day, where no case's file lasts longer."""
    floor = rules.outside_cases
    applies = "属于案件；在案卷保管期限之外，最低限度比照" if in_case else "不属于案件"
    head = Step(f"{applies}：“{floor.text}”", floor.citation, f"不少于{floor.years}年")
    recorded = Step(f"录制结束之日。理解：{floor.reading}", floor.citation, recorded_on.isoformat())
    return (head, *_counting(rules.anchor, floor.citation, recorded, floor.years, recorded_on))


def _counting(
    anchor: Anchor, citation: str, event: Step, years: int | None, event_on: date
) -> tuple[Step, ...]:
    until = keep_until(years, event_on, anchor)
    if until is None:
        return (event, Step("永久保管，没有届满之日。", citation, "永久"))
    first_on = event_on + timedelta(days=1)
    if anchor.start == "next_jan_1":
        first_on = date(event_on.year + 1, 1, 1)
    return (
        event,
        Step(f"起算日。理解：{anchor.reading}", anchor.citation, first_on.isoformat()),
        Step(
            f"满{years}年，自该日起不再要求保管；届满不等于可以销毁，须经鉴定。",
            citation,
            until.isoformat(),
        ),
    )


def _same_day(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
