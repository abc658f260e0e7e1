"""Union and difference are what sets of milliseconds say they are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from checklist.domain.intervals import Interval, difference, total_ms, union

MOMENTS = st.integers(0, 12)
INTERVALS = st.builds(Interval, MOMENTS, MOMENTS)
"""Also empty and backward ones: they hold no moment."""
MANY = st.lists(INTERVALS, max_size=8)


def moments(*intervals: Interval) -> set[int]:
    return {at for start_ms, end_ms in intervals for at in range(start_ms, end_ms)}


@given(MANY)
def test_a_union_holds_the_same_moments_apart_and_in_order(intervals: list[Interval]) -> None:
    joined = union(intervals)
    assert moments(*joined) == moments(*intervals)
    assert all(one.end_ms < two.start_ms for one, two in pairwise(joined))
    assert all(interval.start_ms < interval.end_ms for interval in joined)


@given(INTERVALS, MANY)
def test_a_difference_holds_what_is_left_of_the_window(
    window: Interval, intervals: list[Interval]
) -> None:
    left = difference(window, union(intervals))
    assert moments(*left) == moments(window) - moments(*intervals)
    assert total_ms(left) == len(moments(*left))
    assert left == union(left)


@given(INTERVALS, MANY, INTERVALS)
def test_one_more_clip_never_uncovers_anything(
    window: Interval, intervals: list[Interval], more: Interval
) -> None:
    before = difference(window, union(intervals))
    after = difference(window, union([*intervals, more]))
    assert moments(*after) <= moments(*before)
