"""What a probe prints is trusted no further than every database can hold it."""

from json import dumps

import pytest
from pydantic import ValidationError

from ingest.domain.facts import UNDECODABLE, Facts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("duration_ms", 10**19),
        ("duration_ms", 2**53 + 1),
        ("duration_ms", -1),
        ("frame_rate_milli", 2**53 + 1),
        ("width", 2**31),
        ("height", 2**31),
        ("jumps", 2**31),
    ],
)
def test_a_number_that_no_film_has_is_not_read(name: str, value: int) -> None:
    with pytest.raises(ValidationError):
        Facts.model_validate_json(dumps(UNDECODABLE.model_dump() | {name: value}))


def test_the_longest_film_that_can_be_told_of_is_read() -> None:
    said = dumps(UNDECODABLE.model_dump() | {"duration_ms": 2**53})
    assert Facts.model_validate_json(said).duration_ms == 2**53
