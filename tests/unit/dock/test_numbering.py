"""Gaps in a device's own numbers are shown, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dock.numbering import Gap, gaps, gaps_in_names


@given(st.sets(st.integers(0, 500), min_size=1), st.none() | st.integers(0, 600))
def test_gaps_and_numbers_together_are_everything_once(numbers: set[int], last: int | None) -> None:
    missing = [number for gap in gaps(numbers, last) for number in range(gap.first, gap.last + 1)]
    end = max(numbers) if last is None else max(*numbers, last)
    assert sorted([*missing, *numbers]) == list(range(min(numbers), end + 1))


def test_without_numbers_nothing_is_missing() -> None:
    assert gaps([], 7) == []


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["FILE0001.MP4", "FILE0002.MP4", "FILE0004.MP4"], [Gap(3, 3)]),
        (["100/IMG_0007.JPG", "101/IMG_0011.JPG"], [Gap(8, 10)]),
        (["IMG_0001.JPG", "MVI_0002.MOV", "IMG_0003.JPG"], []),
        (["IMG_0001.JPG", "MVI_0001.MOV", "IMG_0003.JPG", "MVI_0002.MOV"], [Gap(2, 2)]),
        (["FILE0001.MP4", "FILE0001.THM", "FILE0002.MP4"], []),
        (["DSJ_20260301_091000_0001.MP4", "DSJ_20260301_092000_0003.MP4"], [Gap(2, 2)]),
        (["20260301091000.MP4", "20260301092000.MP4"], []),
        (["2026_0301_091000_001.MP4", "2026_0301_092000_002.MP4"], []),
        (["MAH09998.MP4", "MAH09999.MP4", "MAH10000.MP4"], []),
        (["DSC_9998.JPG", "DSC_9999.JPG", "DSC_0001.JPG", "DSC_0003.JPG"], [Gap(2, 2)]),
        (["现场.mp4", "讯问.mp4"], []),
    ],
)
def test_numbers_are_read_from_names(names: list[str], missing: list[Gap]) -> None:
    assert gaps_in_names(names) == missing


@given(st.lists(st.text(max_size=30)))
def test_any_name_is_read_or_passed_over(names: list[str]) -> None:
    for gap in gaps_in_names(names):
        assert gap.first <= gap.last
