"""Starts the confined process that reads a film's facts, and hears what it says."""

import logging
from typing import BinaryIO, Final

from pydantic import ValidationError

from ingest.adapters.confined import ConfinedProcess
from ingest.adapters.confinement import Limits
from ingest.domain.facts import UNDECODABLE, Facts

LIMITS: Final = Limits(cpu_s=120, wall_s=900, memory_bytes=2 * 1024**3, output_bytes=64 * 1024)
"""A film of 8 GiB takes about a tenth of the time: packets are counted, few are decoded."""

logger = logging.getLogger(__name__)


class ProbeProcess:
    """One film's probe."""

    def __init__(self, film: BinaryIO, limits: Limits = LIMITS) -> None:
        self._process = ConfinedProcess("ingest.adapters.probe", film, limits)

    def wait(self, limit_s: float) -> Facts | None:
        """What it read, or None while it still works. A crash is an answer: undecodable."""
        code = self._process.wait(limit_s)
        if code is None:
            return None
        if code:
            logger.warning("probe failed", extra={"returncode": code})
            return UNDECODABLE
        try:
            return Facts.model_validate_json(self._process.said.read())
        except ValidationError:
            logger.warning("probe made no sense")
            return UNDECODABLE

    def close(self) -> None:
        self._process.close()
