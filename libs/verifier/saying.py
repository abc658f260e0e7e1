"""The one place that speaks to the terminal."""

from __future__ import annotations

import sys


def say(line: str) -> None:
    """Print a line, on any console."""
    sys.stdout.write(line + "\n")
