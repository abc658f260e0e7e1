"""What the proofs on a whole stack begin with: three brokers and two replicas of each service."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tools.stack.engines import lacks
from tools.stack.stack import Stack, raise_


def not_run() -> str | None:
    """The whole answer where no stack can stand here.

    Raises:
        AssertionError: engines are required here.
    """
    lacking = lacks()
    if lacking is None:
        return None
    assert os.environ.get("LIUHEN_REQUIRE_ENGINES") != "1", lacking
    return f"not run: {lacking}"


@contextmanager
def standing(folder: Path) -> Generator[Stack]:
    stack = raise_(folder, brokers=3, replicas=2)
    try:
        yield stack
    finally:
        stack.stop()
