"""How much may be begun: each limit alone, and up to its last one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.domain.quota import UNSAID_BYTES, Amounts, Excess, Use, excess

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
GIB = 1024**3
LIMITS = Amounts(
    open_of_person=10,
    open_of_device=5,
    open_of_agency=20,
    awaited_of_agency_bytes=30 * GIB,
    day_of_device_bytes=20 * GIB,
    day_of_agency_bytes=40 * GIB,
    minute_of_device=4,
)
NOTHING = Use(0, 0, 0, 0, 0, 0, 0)
HOUR_LEFT = NOW - timedelta(hours=23)


@pytest.mark.parametrize(
    ("fits", "too_much", "expected"),
    [
        ({"open_of_person": 9}, 10, Excess("person", "open_uploads", 10, 10, 300)),
        ({"open_of_device": 4}, 5, Excess("device", "open_uploads", 5, 5, 300)),
        ({"open_of_agency": 19}, 20, Excess("agency", "open_uploads", 20, 20, 300)),
        ({"minute_of_device": 3}, 4, Excess("device", "begun_a_minute", 4, 4, 60)),
        (
            {"awaited_of_agency_bytes": 29 * GIB},
            29 * GIB + 1,
            Excess("agency", "awaited_bytes", 30 * GIB, 29 * GIB + 1, 300),
        ),
        (
            {"day_of_device_bytes": 19 * GIB, "first_of_device_at": HOUR_LEFT},
            19 * GIB + 1,
            Excess("device", "bytes_a_day", 20 * GIB, 19 * GIB + 1, 3600),
        ),
        (
            {"day_of_agency_bytes": 39 * GIB, "first_of_agency_at": HOUR_LEFT},
            39 * GIB + 1,
            Excess("agency", "bytes_a_day", 40 * GIB, 39 * GIB + 1, 3600),
        ),
    ],
    ids=str,
)
def test_each_limit_lets_the_last_one_in_and_no_more(
    fits: dict[str, int], too_much: int, expected: Excess
) -> None:
    use = replace(NOTHING, **fits)
    assert excess(LIMITS, use, GIB, NOW, has_device=True) is None
    over = replace(use, **{next(iter(fits)): too_much})
    assert excess(LIMITS, over, GIB, NOW, has_device=True) == expected


def test_a_part_names_no_device_and_counts_for_none() -> None:
    use = replace(NOTHING, open_of_device=9, minute_of_device=9, day_of_device_bytes=99 * GIB)
    assert excess(LIMITS, use, GIB, NOW, has_device=False) is None


def test_a_film_without_a_length_counts_as_an_ordinary_one() -> None:
    left = replace(NOTHING, day_of_device_bytes=20 * GIB - UNSAID_BYTES)
    assert excess(LIMITS, left, None, NOW, has_device=True) is None
    less = replace(left, day_of_device_bytes=20 * GIB - UNSAID_BYTES + 1)
    assert excess(LIMITS, less, None, NOW, has_device=True) is not None
