"""Starts confined processes that read a film, and hears what they say."""

import json
import logging
import subprocess
import sys
from functools import cache
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from ingest.adapters.confinement import Limits

CHECK_MAX_S: Final = 60

logger = logging.getLogger(__name__)


class ConfinedProcess:
    """One process on one film. It ends by its own limits, whatever becomes of us."""

    def __init__(self, module: str, film: BinaryIO, limits: Limits, *words: str) -> None:
        """Start. It gets the film as its standard input and no path, no environment."""
        self.said: Final[BinaryIO] = TemporaryFile()  # noqa: SIM115 - a pipe could fill; closed below
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, "-I", "-m", module, limits.to_json(), *words],
            stdin=film,
            stdout=self.said,
            stderr=subprocess.DEVNULL,
            env={},
        )

    def wait(self, limit_s: float) -> int | None:
        """How it ended, negative: by which signal; None while it still works."""
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None
        self.said.seek(0)
        return code

    def close(self) -> None:
        """End it if it still works, and forget what it said."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.said.close()


@cache
def warn_of_what_is_missing() -> None:
    """Say once per process which limits of confined processes this machine does not enforce."""
    try:
        checked = subprocess.run(
            [sys.executable, "-I", "-m", "ingest.adapters.confinement"],
            capture_output=True,
            check=True,
            timeout=CHECK_MAX_S,
            env={},
        )
    except subprocess.SubprocessError:
        logger.warning("limits of films' readers cannot be checked", exc_info=True)
        return
    missing = json.loads(checked.stdout)
    if missing:
        logger.warning("films' readers are limited less here", extra={"missing": missing})
