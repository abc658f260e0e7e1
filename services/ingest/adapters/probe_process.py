"""Starts the limited process that reads a film, and hears what it says."""

import logging
import subprocess
import sys
from tempfile import TemporaryFile
from typing import BinaryIO

from pydantic import ValidationError

from ingest.domain.facts import UNDECODABLE, Facts

logger = logging.getLogger(__name__)


class ProbeProcess:
    """One film's probe. It ends by its own limits, whatever becomes of us."""

    def __init__(self, film: BinaryIO) -> None:
        """Start. The process gets the film as its standard input and no path, no environment."""
        self._said = TemporaryFile()  # noqa: SIM115 - a pipe could fill; closed when it was read
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "ingest.adapters.probe"],
            stdin=film,
            stdout=self._said,
            stderr=subprocess.DEVNULL,
            env={},
        )

    def wait(self, limit_s: float) -> Facts | None:
        """What it read, or None while it still works. A crash is an answer: undecodable."""
        try:
            code = self._process.wait(limit_s)
        except subprocess.TimeoutExpired:
            return None
        self._said.seek(0)
        said = self._said.read()
        if code:
            logger.warning("probe failed", extra={"returncode": code})
            return UNDECODABLE
        try:
            return Facts.model_validate_json(said)
        except ValidationError:
            logger.warning("probe made no sense")
            return UNDECODABLE

    def close(self) -> None:
        self._said.close()
