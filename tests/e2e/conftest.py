"""What most tests through HTTP begin with. A file that needs a story told first says so itself."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.cabinet import Cabinet, cabinet
from tests.support.clock import FrozenClock
from tests.support.house import House, house
from tests.support.offices import Offices


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
async def h(tmp_path: Path, clock: FrozenClock) -> AsyncGenerator[House]:
    """The product on an empty folder; its time is `clock`."""
    async with house(tmp_path, clock) as h:
        yield h


@pytest.fixture
async def c(tmp_path: Path) -> AsyncGenerator[Cabinet]:
    """The product with a case, an activity and a clip in its catalogue, on a clock of its own."""
    async with cabinet(tmp_path) as c:
        yield c


@pytest.fixture
async def offices(h: House) -> Offices:
    """The product after its first administrator was made."""
    return await Offices.open(h)
