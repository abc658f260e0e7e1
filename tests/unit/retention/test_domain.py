"""Classes, periods and disposals: the article's examples, and what must hold for all of them."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.packs import Pack
from contracts.catalog import Category, Trait
from retention.domain.disposals import Standing, may_dispose
from retention.domain.periods import Schedule, for_case, keep_until, longest
from retention.domain.proposals import match_for, propose
from retention.domain.rules import Anchor, RetentionRules

RULES = Pack.shipped("s1-gaoxin-yingji").read("retention.yaml", RetentionRules)
EXACT = Anchor(start="exact", citation="本系统的理解", reading="次日起算")
NEXT_YEAR = Anchor(start="next_jan_1", citation="本系统的理解", reading="次年1月1日起算")
CASE = uuid4()

traits = st.frozensets(st.sampled_from(list(Trait)))
categories = st.sampled_from(list(Category))
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2200, 12, 31))
anchors = st.sampled_from([EXACT, NEXT_YEAR])
years_of_class = st.none() | st.integers(1, 100)


def schedule(until: date | None, case_id: UUID | None = CASE) -> Schedule:
    return Schedule(case_id, "5y", "s1.a2-12.4", "附件2 第十二条（四）", "0" * 64, until)


schedules = st.builds(schedule, st.none() | days)


@pytest.mark.parametrize(
    ("stated", "class_id"),
    [
        (set[Trait](), "5y"),
        ({Trait.HEARING}, "10y"),
        ({Trait.ENFORCEMENT}, "10y"),
        ({Trait.COMPLEX}, "30y"),  # 、 read as "or"
        ({Trait.SEVERAL_LEGAL_RELATIONS}, "30y"),
        ({Trait.HEARING, Trait.COMPLEX}, "30y"),
        ({Trait.HEARING, Trait.COMPLEX, Trait.MAJOR_PENALTY}, "permanent"),
        ({Trait.MAJOR_SOCIAL_IMPACT}, "permanent"),
    ],
)
def test_the_longest_class_that_matches_is_proposed(stated: set[Trait], class_id: str) -> None:
    assert propose(RULES, Category.PENALTY, stated).chosen.kept.id == class_id


def test_a_seizure_alone_is_no_enforcement_but_people_are_asked() -> None:
    proposal = propose(RULES, Category.COERCION, frozenset())
    assert proposal.chosen.kept.id == "5y"
    assert any("强制措施不算" in question for question in proposal.questions)
    stated = propose(RULES, Category.COERCION, {Trait.ENFORCEMENT})
    assert not any("强制措施不算" in question for question in stated.questions)


def test_the_other_matches_stay_visible_with_their_articles() -> None:
    proposal = propose(RULES, Category.PENALTY, {Trait.HEARING, Trait.COMPLEX})
    assert proposal.chosen.citation == "平开应急〔2019〕25号 附件2 第十二条（二）"
    assert [match.kept.id for match in proposal.others] == ["10y"]
    assert any("案件情况复杂" in reason for reason in proposal.chosen.reasons)


@given(categories, traits, traits)
def test_more_traits_never_make_a_class_shorter(
    category: Category, few: frozenset[Trait], more: frozenset[Trait]
) -> None:
    fewer = propose(RULES, category, few).chosen.kept
    assert not fewer.outlasts(propose(RULES, category, few | more).chosen.kept)


@pytest.mark.parametrize(
    ("ended_on", "years", "anchor", "until"),
    [
        (date(2026, 3, 5), 5, NEXT_YEAR, date(2032, 1, 1)),
        (date(2026, 1, 1), 10, NEXT_YEAR, date(2037, 1, 1)),
        (date(2026, 3, 5), 5, EXACT, date(2031, 3, 6)),
        (date(2024, 2, 29), 4, EXACT, date(2028, 3, 1)),
        (date(2024, 2, 29), 5, EXACT, date(2029, 3, 1)),
        (date(2023, 2, 28), 1, EXACT, date(2024, 2, 29)),
        (date(2026, 12, 31), 30, EXACT, date(2057, 1, 1)),
        (date(2026, 3, 5), None, EXACT, None),
        (date(9990, 3, 5), 30, NEXT_YEAR, None),
    ],
)
def test_a_period_ends_on_its_day(
    ended_on: date, years: int | None, anchor: Anchor, until: date | None
) -> None:
    assert keep_until(years, ended_on, anchor) == until


@given(days, st.integers(1, 100), anchors)
def test_a_period_is_never_shorter_than_its_years(
    ended_on: date, years: int, anchor: Anchor
) -> None:
    until = keep_until(years, ended_on, anchor)
    assert until
    months_and_days = (until.month, until.day) > (ended_on.month, ended_on.day)
    assert until.year > ended_on.year + years or (
        until.year == ended_on.year + years and months_and_days
    )
    assert until - ended_on <= timedelta(days=366 * (years + 1))


@given(days, anchors, traits)
def test_a_class_people_chose_is_kept_as_long_as_the_same_class_proposed(
    ended_on: date, anchor: Anchor, stated: frozenset[Trait]
) -> None:
    rules = RULES.model_copy(update={"anchor": anchor})
    proposed = propose(rules, Category.PENALTY, stated).chosen
    chosen = match_for(rules, proposed.kept, frozenset())
    both = [for_case(rules, match, CASE, ended_on, "0" * 64) for match in (proposed, chosen)]
    assert both[0] == both[1]
    if proposed.rule_id != RULES.otherwise.id:
        assert chosen.reasons[0] == "由承办机构认定属于此项情形。"


@given(st.lists(schedules, min_size=1))
def test_of_several_cases_the_longest_binds(several: list[Schedule]) -> None:
    bound = longest(several)
    assert bound in several
    assert not any(one.outlasts(bound) for one in several)


@given(scheduled=schedules | st.none(), undecided=st.booleans(), today=days)
def test_only_a_period_that_is_over_lets_a_clip_go(
    *, scheduled: Schedule | None, undecided: bool, today: date
) -> None:
    answer = may_dispose(Standing(scheduled, [], undecided, None), today)
    until = scheduled and scheduled.keep_until
    assert (answer.reason is None) == (until is not None and until <= today and not undecided)


def test_on_the_last_day_of_its_period_a_clip_is_still_kept() -> None:
    standing = Standing(schedule(date(2032, 1, 1)), [], undecided=False, decided_by=None)
    assert may_dispose(standing, date(2031, 12, 31)).reason == "period_running"
    assert may_dispose(standing, date(2032, 1, 1)).reason is None
