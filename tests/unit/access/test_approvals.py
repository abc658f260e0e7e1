"""Approvals: each step by another person, in order, and never by the one who asked."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.requests import (
    Attempt,
    Case,
    Filed,
    Given,
    Hindrance,
    Request,
    case_asked_about,
    judge,
    waits_for,
)
from access.domain.rules import AccessRules, Ask, Decision, Fact, decide
from common.packs import Pack
from contracts.access import Manner, Purpose
from contracts.catalog import Category
from contracts.identity import Role
from tests.support.people import person

S1 = Pack.shipped("s1-gaoxin-yingji").read("access.yaml", AccessRules)
NOW = datetime(2026, 1, 5, tzinfo=UTC)
AGENCY, UNIT, OTHER_UNIT, ASKER, ANNE, BO, CHEN = (UUID(int=number) for number in range(1, 8))
REVIEWER, LEADER = frozenset({Role.LEGAL_REVIEWER}), frozenset({Role.LEADER})


def filed(manner: Manner, purpose: Purpose) -> Filed:
    """A request of a colleague for a clip of `UNIT`'s case."""
    facts = frozenset[Fact]({"own_agency", "in_case"})
    asked = Ask(frozenset({Role.OFFICER}), manner, purpose, "archived", Category.PENALTY, facts)
    decision = decide(S1, asked)
    request = Request(UUID(int=20), UUID(int=21), ASKER, manner, purpose)
    return _filed(request, decision)


def _filed(request: Request, decision: Decision) -> Filed:
    return Filed(
        request=request,
        agency_id=AGENCY,
        case_id=UUID(int=22),
        unit_id=UNIT,
        decision=decision,
        pack_sha256="0" * 64,
        outcome=decision.outcome,
        decided_at=NOW,
    )


COPY = filed(Manner.COPY, Purpose.LITIGATION)
VIEW = filed(Manner.VIEW, Purpose.WORK)


def attempt(
    step: str, by: UUID, roles: frozenset[Role], unit_id: UUID | None = None, *, yes: bool = True
) -> Attempt:
    return Attempt(step, by, frozenset(roles), unit_id, yes)


REVIEWED = [Given("review", ANNE, True, NOW)]  # noqa: FBT003 - a field


@pytest.mark.parametrize(
    ("before", "tried", "hindrance"),
    [
        ([], attempt("review", ANNE, REVIEWER), None),
        (REVIEWED, attempt("approve", BO, LEADER), None),
        ([], attempt("approve", BO, LEADER), Hindrance.OUT_OF_ORDER),
        ([], attempt("review", BO, LEADER), Hindrance.NOT_APPROVER),
        (REVIEWED, attempt("approve", BO, REVIEWER), Hindrance.NOT_APPROVER),
        (REVIEWED, attempt("approve", ANNE, LEADER | REVIEWER), Hindrance.SAME_PERSON),
        (REVIEWED, attempt("approve", ANNE, REVIEWER), Hindrance.SAME_PERSON),
        (REVIEWED, attempt("review", ANNE, REVIEWER, yes=False), Hindrance.SAME_PERSON),
        (REVIEWED, attempt("review", BO, REVIEWER), Hindrance.ALREADY_DECIDED),
        ([], attempt("review", ASKER, REVIEWER), Hindrance.OWN_REQUEST),
        (REVIEWED, attempt("approve", ASKER, LEADER), Hindrance.OWN_REQUEST),
    ],
)
def test_a_copy_takes_two_people_in_order(
    before: list[Given], tried: Attempt, hindrance: Hindrance | None
) -> None:
    judgement = judge(COPY, before, tried)
    assert judgement is not None
    assert judgement.hindrance == hindrance
    assert (judgement.outcome == "refused") == (hindrance is not None)


@pytest.mark.parametrize(
    ("unit_id", "hindrance"),
    [(UNIT, None), (OTHER_UNIT, Hindrance.NOT_APPROVER), (None, Hindrance.NOT_APPROVER)],
)
def test_only_the_handling_units_head_consents(
    unit_id: UUID | None, hindrance: Hindrance | None
) -> None:
    head = frozenset({Role.UNIT_HEAD})
    judgement = judge(VIEW, [], attempt("consent", ANNE, head, unit_id))
    assert judgement is not None
    assert judgement.hindrance == hindrance
    assert judgement.request_outcome == ("pending" if hindrance else "granted")


def test_one_no_ends_the_matter() -> None:
    judgement = judge(COPY, [], attempt("review", ANNE, REVIEWER, yes=False))
    assert judgement is not None
    assert (judgement.outcome, judgement.request_outcome) == ("declined", "refused")


def test_the_same_answer_again_is_no_news() -> None:
    judgement = judge(COPY, REVIEWED, attempt("review", ANNE, REVIEWER))
    assert judgement is not None
    assert judgement.repeated
    assert judgement.outcome == "approved"


def test_a_request_without_such_a_step_cannot_be_decided() -> None:
    assert judge(VIEW, [], attempt("review", ANNE, REVIEWER)) is None


def test_a_request_waits_only_for_who_could_decide_its_next_step() -> None:
    reviewer = person(Role.LEGAL_REVIEWER, agency_id=AGENCY)
    leader = person(Role.LEADER, agency_id=AGENCY)
    assert waits_for(COPY, [], reviewer)
    assert not waits_for(COPY, [], leader)
    assert waits_for(COPY, REVIEWED, leader)
    assert not waits_for(COPY, REVIEWED, reviewer)


ROLES = st.sampled_from([Role.LEGAL_REVIEWER, Role.LEADER, Role.OFFICER])
ATTEMPTS = st.lists(
    st.builds(
        Attempt,
        step=st.sampled_from(["review", "approve", "consent"]),
        by=st.sampled_from([ASKER, ANNE, BO, CHEN]),
        roles=st.frozensets(ROLES, min_size=1),
        unit_id=st.just(UNIT),
        approves=st.booleans(),
    ),
    max_size=12,
)


@given(ATTEMPTS)
def test_a_granted_copy_always_has_two_different_approvers_in_order(tries: list[Attempt]) -> None:
    now, given = COPY, list[Given]()
    for tried in tries:
        judgement = judge(now, given, tried)
        if judgement and judgement.outcome != "refused" and not judgement.repeated:
            given.append(Given(tried.step, tried.by, tried.approves, NOW))
            now = replace(now, outcome=judgement.request_outcome)
    if now.outcome == "granted":
        assert [(one.step, one.approves) for one in given] == [("review", True), ("approve", True)]
        assert len({ASKER, *(one.by for one in given)}) == 3


def test_of_several_cases_the_nearest_to_the_requester_counts() -> None:
    def case(number: int, unit_id: UUID, *handlers: UUID) -> Case:
        return Case(UUID(int=number), unit_id, None, False, frozenset(handlers))  # noqa: FBT003 - a field

    first, own_units, handled = case(1, OTHER_UNIT), case(2, UNIT), case(3, OTHER_UNIT, ANNE)
    officer = person(Role.OFFICER, agency_id=AGENCY, unit_id=UNIT)
    handler = officer.model_copy(update={"subject": ANNE})
    lawyer = person(Role.LAWYER, agency_id=AGENCY, bound_to=frozenset({UUID(int=3)}))
    stranger = person(Role.OFFICER, agency_id=AGENCY)
    for who, expected in (
        (officer, own_units),
        (handler, handled),
        (lawyer, handled),
        (stranger, first),
    ):
        assert case_asked_about(who, [handled, own_units, first]) == expected
    assert case_asked_about(officer, []) is None
