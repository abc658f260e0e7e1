"""Trees, locks, and refresh tokens: whole and without a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import Level, Role
from identity import domain
from identity.domain import (
    LOST_ANSWER,
    OUTSIDERS,
    Account,
    Agency,
    Family,
    Lock,
    Login,
    RefreshToken,
    RenewalRefusal,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
ACCOUNT = Account(
    uuid4(), uuid4(), None, "li", "李四", None, frozenset({Role.OFFICER}), frozenset()
)
FAMILY = Family(uuid4(), ACCOUNT.account_id, NOW + timedelta(days=30))
FRESH = RefreshToken("a" * 64, FAMILY.session_id)
NEXT = RefreshToken("b" * 64, FAMILY.session_id)
USED = replace(FRESH, used_at=NOW, replaced_by=NEXT.sha256)


def agency(parent: Agency | None = None) -> Agency:
    id_ = uuid4()
    return Agency(id_, None, "机关", Level.AGENCY, "140525", domain.path_below(parent, id_))


def test_an_agency_is_within_itself_and_those_above_and_nothing_else() -> None:
    top = agency()
    left, right = agency(top), agency(top)
    assert domain.is_within(agency(left).path, left.path)
    assert domain.is_within(left.path, left.path)
    assert not domain.is_within(top.path, left.path)
    assert not domain.is_within(left.path, right.path)


@given(st.uuids(), st.uuids())
def test_no_id_is_the_beginning_of_another(one: UUID, other: UUID) -> None:
    paths = domain.path_below(None, one), domain.path_below(None, other)
    assert domain.is_within(*paths) == (one == other)


@pytest.mark.parametrize(
    ("level", "parent", "may"),
    [
        (Level.CITY, Level.PROVINCE, True),
        (Level.AGENCY, Level.PROVINCE, True),
        (Level.AGENCY, Level.AGENCY, True),
        (Level.COUNTY, Level.COUNTY, False),
        (Level.PROVINCE, Level.COUNTY, False),
        (Level.COUNTY, Level.AGENCY, False),
    ],
)
def test_the_tree_does_not_stand_on_its_head(level: Level, parent: Level, may: bool) -> None:  # noqa: FBT001 - a table's column
    assert domain.may_stand_below(level, parent) is may


def test_usernames_that_look_alike_are_the_same() -> None:
    assert domain.normal_username("ＬＩ") == domain.normal_username("li")


@pytest.mark.parametrize(
    ("password", "weak"),
    [
        ("eleven char", True),
        ("twelve chars", False),
        ("LiMingAdministrator", True),
        ("正确的马电池订书针十二字", False),
    ],
)
def test_a_password_is_long_and_not_the_username(password: str, weak: bool) -> None:  # noqa: FBT001 - a table's column
    assert domain.is_password_weak(password, "limingadministrator") is weak


def test_an_outsider_has_no_role_inside_and_nobody_inside_is_bound() -> None:
    bound = frozenset({uuid4()})
    assert domain.may_hold(frozenset({Role.LAWYER}), bound)
    assert domain.may_hold(frozenset({Role.OFFICER, Role.CUSTODIAN}), frozenset())
    assert not domain.may_hold(frozenset({Role.OFFICER}), bound)
    for outsider in OUTSIDERS:
        assert not domain.may_hold(frozenset({outsider, Role.OFFICER}), frozenset())


@pytest.mark.parametrize(
    ("login", "fits", "reason"),
    [
        (None, False, "unknown"),
        (Login(ACCOUNT, "", Lock()), True, None),
        (Login(ACCOUNT, "", Lock()), False, "password"),
        (Login(ACCOUNT, "", Lock(0, NOW + QUARTER)), True, "locked"),
        (Login(ACCOUNT, "", Lock(0, NOW)), True, None),
        (Login(ACCOUNT, "", Lock(), Lock(0, NOW + QUARTER)), True, "locked"),
        (Login(ACCOUNT, "", Lock(), Lock(0, NOW)), True, None),
        (Login(replace(ACCOUNT, disabled_at=NOW), "", Lock()), True, "disabled"),
        (Login(replace(ACCOUNT, disabled_at=NOW), "", Lock()), False, "password"),
    ],
)
def test_signing_in_is_refused_for_one_reason(
    login: Login | None,
    fits: bool,  # noqa: FBT001 - a table's column
    reason: str | None,
) -> None:
    assert domain.refuse_sign_in(login, NOW, fits=fits) == reason


def test_the_nth_failure_locks_and_counting_begins_again_afterwards() -> None:
    lock = Lock()
    for _ in range(4):
        lock = domain.count_failure(lock, NOW, 5, QUARTER)
    assert lock == Lock(4)
    lock = domain.count_failure(lock, NOW, 5, QUARTER)
    assert lock == Lock(0, NOW + QUARTER)
    assert domain.count_failure(lock, NOW + QUARTER, 5, QUARTER) == Lock(1)


@pytest.mark.parametrize(
    ("token", "successor", "after", "reason"),
    [
        (FRESH, None, timedelta(0), None),
        (USED, NEXT, LOST_ANSWER, None),
        (USED, NEXT, LOST_ANSWER + timedelta(seconds=1), "reused_token"),
        (USED, replace(NEXT, used_at=NOW), timedelta(0), "reused_token"),
        (USED, replace(NEXT, sha256="c" * 64), timedelta(0), "reused_token"),
        (replace(FRESH, used_at=NOW), None, timedelta(0), "reused_token"),
        (FRESH, None, timedelta(days=30), "expired_token"),
        (FRESH, None, timedelta(days=30) - timedelta(seconds=1), None),
    ],
)
def test_a_token_renews_once_unless_the_answer_was_lost(
    token: RefreshToken,
    successor: RefreshToken | None,
    after: timedelta,
    reason: RenewalRefusal | None,
) -> None:
    assert domain.refuse_renewal(token, successor, FAMILY, ACCOUNT, NOW + after) == reason


def test_nothing_renews_an_ended_session_or_a_disabled_account() -> None:
    ended, disabled = replace(FAMILY, ended_at=NOW), replace(ACCOUNT, disabled_at=NOW)
    assert domain.refuse_renewal(FRESH, None, ended, ACCOUNT, NOW) == "expired_token"
    assert domain.refuse_renewal(FRESH, None, FAMILY, disabled, NOW) == "disabled"
    assert domain.refuse_renewal(USED, NEXT, ended, ACCOUNT, NOW) == "expired_token"
