"""The service as its operations and reactions see it, without a bus that moves."""

from collections.abc import Generator
from pathlib import Path

import pytest

from checklist.app import create_app
from checklist.operations import Context
from checklist.settings import Settings
from common.bus_embedded import EmbeddedBus
from common.db import Database
from tests.support import migrated
from tests.support.clock import FrozenClock


@pytest.fixture
def ctx(tmp_path: Path) -> Generator[Context]:
    url = f"sqlite:///{tmp_path}/checklist.db"
    migrated.upgrade(tmp_path / "checklist.db", "checklist")
    with Database(f"sqlite:///{tmp_path}/bus.db") as bus:
        settings = Settings(database_url=url, bus_url="", jwks_url="file:///none")
        app = create_app(settings, EmbeddedBus(bus), FrozenClock())
        yield app.state.ctx
        app.state.ctx.db.close()
