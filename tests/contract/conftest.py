"""The line of the delivery tests, on the files of one box and on the engines of many."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import topics
from tests.support.line import PARTITIONS, Line, ManyBoxes, OneBox, Places


@pytest.fixture(params=["one box", "many boxes"])
async def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    if request.param == "one box":
        return OneBox(tmp_path)
    kafka = request.getfixturevalue("kafka")
    many = ManyBoxes(request.getfixturevalue("postgres"), kafka)
    await topics.made(kafka, {f"{many.prefix}line": PARTITIONS})
    return many


@pytest.fixture
async def start(places: Places) -> AsyncGenerator[Callable[..., Awaitable[Line]]]:
    """Begin a life of the line, which ends the connections of the one before it."""
    lives: list[Line] = []

    async def new_life(**given: Any) -> Line:  # noqa: ANN401 - the line's own
        if lives:
            await lives[-1].bus.close()
        lives.append(Line(places, **given))
        return lives[-1]

    yield new_life
    for line in lives:
        await line.close()
