"""Starts the confined process that makes a still or a preview, and takes what it wrote."""

import logging
from collections.abc import Iterator
from importlib.metadata import version
from typing import BinaryIO, Final

from common.objects import PIECE_BYTES
from ingest.adapters.confined import ConfinedProcess
from ingest.adapters.confinement import Limits

LIMITS: Final = Limits(cpu_s=900, wall_s=3600, memory_bytes=2 * 1024**3, output_bytes=512 * 1024**2)
"""Ten minutes of film take one or two, the key pictures and the sound of a shift ten."""
MAKER: Final = f"av-{version('av')}"
"""PyAV, whose wheel carries the FFmpeg that decodes and encodes."""

logger = logging.getLogger(__name__)


class DeriveProcess:
    """One derivative of one film."""

    def __init__(self, film: BinaryIO, recipe: str, limits: Limits = LIMITS) -> None:
        self._process = ConfinedProcess("ingest.adapters.derive", film, limits, recipe)
        self._recipe = recipe

    def wait(self, limit_s: float) -> bool | None:
        """Whether it was made, or None while it still works."""
        code = self._process.wait(limit_s)
        if code:
            said = {"returncode": code, "recipe": self._recipe}
            logger.warning("no derivative could be made", extra=said)
        return None if code is None else code == 0

    def pieces(self) -> Iterator[bytes]:
        """What was made."""
        while piece := self._process.said.read(PIECE_BYTES):
            yield piece

    def close(self) -> None:
        self._process.close()
