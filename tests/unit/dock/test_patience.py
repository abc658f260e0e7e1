"""A dock waits longer and longer, by chance, and not for ever."""

import random

import pytest

from dock.patience import LONGEST_S, AwayError, Patience


def test_it_gives_up_when_nothing_moved_for_its_budget() -> None:
    slept: list[float] = []
    patience = Patience(100, slept.append, random.Random(7))  # noqa: S311 - dice, not a secret
    with pytest.raises(AwayError, match="away"):
        all(patience.wait("away") is None for _ in range(1_000))
    assert 60 < sum(slept) <= 100
    assert max(slept) <= LONGEST_S
    assert len(set(slept)) == len(slept)


def test_what_moves_makes_it_new() -> None:
    slept: list[float] = []
    patience = Patience(10, slept.append, random.Random(7))  # noqa: S311 - dice, not a secret
    for _ in range(100):
        patience.wait("away")
        patience.moved()
    assert max(slept) < 1


def test_it_waits_as_long_as_the_server_asks_but_no_longer_than_is_sane() -> None:
    slept: list[float] = []
    patience = Patience(100, slept.append, random.Random(7))  # noqa: S311 - dice, not a secret
    patience.wait("busy", at_least_s=7)
    patience.wait("busy", at_least_s=86_400)
    assert slept == [7, LONGEST_S]
