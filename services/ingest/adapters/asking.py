"""How two processes on one spool come to terms: who has a film's file hears that another waits."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import anyio

from ingest.adapters.files import Files

AGAIN_S: Final = 0.05


class Asked:
    """A film's file that we ask for, until we close it or die: heard by `Growing.is_asked_for`."""

    def __init__(self, files: Files, path: Path) -> None:
        self._files = files
        self._file: int | None = None
        with suppress(OSError):  # nobody has it; or who comes to write will hear what it is
            self._file = files.open(path, make=False)

    def is_let_go(self) -> bool:
        """Whether no other process has it; none does then, before this is closed."""
        if self._file is None:
            return True
        try:
            self._files.lock(self._file)
        except BlockingIOError:
            self._files.ask_for(self._file)
            return False
        return True

    async def let_go(self, is_over: Callable[[], bool]) -> None:
        """Return when it is, or when the question is over."""
        while not (is_over() or self.is_let_go()):  # noqa: ASYNC110 - another process sets no event
            await anyio.sleep(AGAIN_S)

    def close(self) -> None:
        if self._file is not None:
            self._files.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
