"""An engine that was killed comes up again, also while its children are still dying."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tools.engines.cache import EngineError
from tools.engines.server import Server

BUSY_ONCE = """
if [ -e "$0.second" ]; then touch "$0.ready"; exec tail -f /dev/null; fi
touch "$0.second"; echo "$1"; exit 1
"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "engine"
    file.write_text(BUSY_ONCE)
    return file


@pytest.fixture
def server(script: Path) -> Generator[Server]:
    one = Server(
        "engine",
        ["sh", str(script), "the last one is still in use"],
        script.with_suffix(".log"),
        script.with_suffix(".ready").exists,
        not_yet=b"still in use",
    )
    yield one
    one.stop()


def test_one_that_says_that_the_last_has_not_ended_is_started_again(server: Server) -> None:
    server.start()
    assert server.is_ready()


def test_one_that_ends_for_another_reason_is_not(server: Server) -> None:
    server.not_yet = b"no such words"
    with pytest.raises(EngineError, match="does not start"):
        server.start()
