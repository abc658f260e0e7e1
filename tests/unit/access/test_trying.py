"""An export that fails is tried again ever more rarely, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest

from access.domain import evidence, trying
from contracts.access import ExportFailure
from tests.support.verifier import verify

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def test_pauses_double_up_to_the_longest() -> None:
    pauses = [trying.next_try_at(tries, NOW) - NOW for tries in range(1, 13)]
    assert pauses[:3] == [timedelta(seconds=seconds) for seconds in (10, 20, 40)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == trying.PAUSE_MAX
    assert trying.next_try_at(10**9, NOW) == NOW + trying.PAUSE_MAX


@pytest.mark.parametrize("failure", ExportFailure)
def test_every_failure_ends_but_one_that_may_heal_not_soon(failure: ExportFailure) -> None:
    most = trying.TRIES_MAX[failure]
    assert trying.is_given_up(failure, most)
    assert not trying.is_given_up(failure, most - 1)
    lasts = sum((trying.next_try_at(n, NOW) - NOW for n in range(1, most)), timedelta())
    assert most == 1 or lasts > timedelta(hours=3)
    assert lasts < timedelta(days=9)


def test_no_folder_holds_more_than_its_verifier_checks() -> None:
    assert evidence.ENTRIES_MAX == verify.ENTRIES_MAX
