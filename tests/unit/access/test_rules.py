"""S1's decision table row by row, and what no table whatever can do."""

import string
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from access.domain.rules import AccessRules, Ask, Fact, Rule, State, decide
from common.packs import Pack
from contracts.access import Manner, Purpose
from contracts.catalog import Category
from contracts.identity import Role

S1 = Pack.shipped("s1-gaoxin-yingji").read("access.yaml", AccessRules)
S1_NO = "平开应急〔2019〕25号"
ARTICLES = Path(__file__).parents[2] / "data" / "s1_access_articles.txt"
"""附件2 第十、十一条, 附件3 第十二至十四条, 附件4 第三至六条 of S1, copied line by line."""
VIEW, COPY = Manner.VIEW, Manner.COPY
PENALTY, INSPECTION = Category.PENALTY, Category.INSPECTION
OWN = frozenset[Fact]({"own_agency", "in_case"})
HANDLES = OWN | frozenset[Fact]({"handler"})
BOUND = frozenset[Fact]({"party_to_case", "in_case"})
UNLINKED = frozenset[Fact]({"own_agency"})
FOREIGN = frozenset[Fact]({"in_case"})
NOBODY = frozenset[Fact]()

Cell: TypeAlias = tuple[
    Role, Manner, Purpose, State, Category | None, frozenset[Fact], tuple[str, str, str]
]
A3_12 = ("refused", "s1.a3-12.otherwise", f"{S1_NO} 附件3 第十二条")
A4_5 = ("refused", "s1.a4-5.party-or-lawyer", f"{S1_NO} 附件4 第五条")
A4_6 = ("refused", "s1.a4-6.party-in-proceedings", f"{S1_NO} 附件4 第六条")
A4_3 = ("granted", "s1.a4-3.case-handler", f"{S1_NO} 附件4 第三条")
A2_10 = ("pending", "s1.a2-10.own-staff", f"{S1_NO} 附件2 第十条")
A3_13 = ("pending", "s1.a3-13.copy", f"{S1_NO} 附件3 第十三条")

COPYING = next(rule for rule in S1.rules if rule.id == "s1.a3-13.copy")

TABLE: list[Cell] = [
    # Party and lawyer: concluding documents only; un-archived files are outside 附件4 (第十条).
    (Role.LAWYER, VIEW, Purpose.OWN_CASE, "archived", PENALTY, BOUND, A4_5),
    # In reconsideration or litigation another article governs, and must be the one that is cited.
    (Role.LAWYER, COPY, Purpose.LITIGATION, "archived", PENALTY, BOUND, A4_6),
    (Role.PARTY, VIEW, Purpose.LITIGATION, "not_archived", PENALTY, BOUND, A4_6),
    (Role.PARTY, VIEW, Purpose.OWN_CASE, "archived", PENALTY, BOUND, A4_5),
    (Role.LAWYER, VIEW, Purpose.OWN_CASE, "not_archived", PENALTY, BOUND, A3_12),
    (Role.LAWYER, VIEW, Purpose.OWN_CASE, "archived", INSPECTION, BOUND, A3_12),
    (Role.PARTY, VIEW, Purpose.WORK, "archived", PENALTY, BOUND, A3_12),
    # The case's handler: directly once the file is archived, before that like everybody else.
    (Role.OFFICER, VIEW, Purpose.CASE_HANDLING, "archived", PENALTY, HANDLES, A4_3),
    (Role.OFFICER, VIEW, Purpose.WORK, "archived", PENALTY, HANDLES, A4_3),
    (Role.OFFICER, VIEW, Purpose.SUPERVISION, "archived", PENALTY, HANDLES, A2_10),
    (Role.OFFICER, VIEW, Purpose.CASE_HANDLING, "not_archived", PENALTY, HANDLES, A2_10),
    (Role.OFFICER, VIEW, Purpose.CASE_HANDLING, "archived", INSPECTION, HANDLES, A2_10),
    (Role.OFFICER, COPY, Purpose.CASE_HANDLING, "archived", PENALTY, HANDLES, A3_12),
    # Own staff for work: the handling unit consents.
    (Role.OFFICER, VIEW, Purpose.WORK, "archived", PENALTY, OWN, A2_10),
    (Role.CUSTODIAN, VIEW, Purpose.WORK, "not_archived", PENALTY, OWN, A2_10),
    (Role.LEADER, VIEW, Purpose.SUPERVISION, "not_archived", None, OWN, A2_10),
    (Role.OFFICER, VIEW, Purpose.WORK, "not_archived", None, UNLINKED, A3_12),
    (Role.OFFICER, VIEW, Purpose.OWN_CASE, "archived", PENALTY, OWN, A3_12),
    # Copies for three purposes: reviewed, then approved.
    (Role.OFFICER, COPY, Purpose.LITIGATION, "archived", PENALTY, OWN, A3_13),
    (Role.UNIT_HEAD, COPY, Purpose.SUPERVISION, "not_archived", PENALTY, OWN, A3_13),
    (Role.LEGAL_REVIEWER, COPY, Purpose.CASE_STUDY, "not_archived", None, OWN, A3_13),
    (Role.OFFICER, COPY, Purpose.WORK, "archived", PENALTY, OWN, A3_12),
    # Everybody else.
    (Role.SUPERVISOR, VIEW, Purpose.SUPERVISION, "archived", PENALTY, NOBODY, A3_12),
    (Role.ADMINISTRATOR, VIEW, Purpose.WORK, "archived", PENALTY, OWN, A3_12),
    (Role.OFFICER, VIEW, Purpose.WORK, "archived", PENALTY, FOREIGN, A3_12),
]


def an_ask(role: Role, manner: Manner, purpose: Purpose, facts: frozenset[Fact]) -> Ask:
    return Ask(frozenset({role}), manner, purpose, "archived", PENALTY, facts)


@pytest.mark.parametrize(
    ("role", "manner", "purpose", "state", "category", "facts", "answer"), TABLE
)
def test_each_cell_of_the_table(
    role: Role,
    manner: Manner,
    purpose: Purpose,
    state: State,
    category: Category | None,
    facts: frozenset[Fact],
    answer: tuple[str, str, str],
) -> None:
    ask = replace(an_ask(role, manner, purpose, facts), state=state, category=category)
    decision = decide(S1, ask)
    assert (decision.outcome, decision.rule_id, decision.citation) == answer


def test_every_quoted_text_is_the_article_as_printed() -> None:
    printed = ARTICLES.read_text(encoding="utf-8")
    for quoted in (*S1.rules, S1.otherwise, *S1.note):
        number = quoted.citation.split(" ")[-1]
        assert f"{number} {quoted.text}\n" in printed, quoted.citation
        assert quoted.citation.startswith(f"{S1_NO} 附件")


def test_every_rule_decides_a_cell_above() -> None:
    decided = {answer[1] for *_, answer in TABLE}
    assert decided == {rule.id for rule in S1.rules} | {S1.otherwise.id}


def test_a_copy_is_reviewed_and_then_approved_by_other_roles() -> None:
    decision = decide(S1, an_ask(Role.OFFICER, COPY, Purpose.LITIGATION, OWN))
    assert [(step.step, step.role, step.of) for step in decision.steps] == [
        ("review", Role.LEGAL_REVIEWER, "agency"),
        ("approve", Role.LEADER, "agency"),
    ]


def test_consent_is_the_handling_units() -> None:
    (step,) = decide(S1, an_ask(Role.OFFICER, VIEW, Purpose.WORK, OWN)).steps
    assert (step.step, step.role, step.of) == ("consent", Role.UNIT_HEAD, "handling_unit")


def test_who_has_two_roles_is_refused_as_a_lawyer_first() -> None:
    ask = an_ask(Role.LAWYER, VIEW, Purpose.OWN_CASE, OWN | BOUND)
    assert decide(S1, replace(ask, roles=frozenset(Role))).rule_id == "s1.a4-5.party-or-lawyer"


FACTS: list[Fact] = ["own_agency", "party_to_case", "handler", "in_case"]
ASKS = st.builds(
    Ask,
    roles=st.frozensets(st.sampled_from(list(Role)), min_size=1),
    manner=st.sampled_from(list(Manner)),
    purpose=st.sampled_from(list(Purpose)),
    state=st.sampled_from(["archived", "not_archived"]),
    category=st.sampled_from([*Category, None]),
    facts=st.frozensets(st.sampled_from(FACTS)),
    quarantined=st.booleans(),
)
RULES = st.builds(
    Rule,
    id=st.text(string.ascii_lowercase, min_size=1, max_size=9),
    citation=st.just("第一条"),
    text=st.just("可以"),
    reading=st.just("可以"),
    manners=st.frozensets(st.sampled_from(list(Manner)), min_size=1),
    roles=st.frozensets(st.sampled_from(list(Role)), min_size=1),
    purposes=st.frozensets(st.sampled_from(list(Purpose)), min_size=1),
    states=st.just(frozenset({"any"})),
    categories=st.just(frozenset({"any"})),
    requires=st.frozensets(st.sampled_from(FACTS), max_size=1),
    outcome=st.sampled_from(["granted", "refused"]),
)
TABLES = st.lists(RULES, max_size=5).map(
    lambda rules: AccessRules(rules=tuple(rules), otherwise=S1.otherwise, note=S1.note)
)


@given(ASKS)
def test_an_empty_table_and_no_table_grant_nothing(ask: Ask) -> None:
    empty = AccessRules(rules=(), otherwise=S1.otherwise, note=S1.note)
    assert decide(empty, ask).outcome == "refused"
    unruled = decide(None, ask)
    assert unruled.outcome == "refused"
    assert unruled.rule_id in {"no-rule", "quarantined"}


@given(TABLES, ASKS)
def test_nobody_is_granted_what_they_may_not_know_of(table: AccessRules, ask: Ask) -> None:
    decision = decide(table, ask)
    if ask.facts.isdisjoint({"own_agency", "party_to_case"}):
        assert (decision.outcome, decision.may_know) == ("refused", False)


@given(TABLES, ASKS)
def test_a_quarantined_clip_is_granted_by_no_table(table: AccessRules, ask: Ask) -> None:
    assert decide(table, replace(ask, quarantined=True)).rule_id == "quarantined"


@given(ASKS)
def test_no_outsider_is_granted_anything_in_s1(ask: Ask) -> None:
    if "own_agency" not in ask.facts:
        assert decide(S1, ask).outcome == "refused"


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "granted"},
        {"steps": ()},
        {"steps": (COPYING.steps[0],) * 2},
        {"roles": ()},
        {"manners": ("lend",)},
        {"purposes": ("publicity",)},
        {"until": "2030-01-01"},
        {"citation": ""},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(change: dict[str, object]) -> None:
    copying = COPYING
    assert Rule.model_validate(copying.model_dump()) == copying
    with pytest.raises(ValidationError):
        Rule.model_validate(copying.model_dump() | change)


def test_the_table_itself_cannot_grant_by_default() -> None:
    with pytest.raises(ValidationError, match=r"otherwise\.outcome"):
        AccessRules.model_validate(
            S1.model_dump() | {"otherwise": S1.otherwise.model_dump() | {"outcome": "granted"}}
        )
