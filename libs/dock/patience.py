"""How long a dock waits for a server that does not answer, and how: longer and longer, by chance.

By chance, because all docks of an agency lose the same server at the same moment.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0

Sleep = Callable[[float], object]
"""Waits for so many seconds, or raises what ends the waiting."""


class AwayError(Exception):
    """Nothing moved for as long as we are willing to wait. What was acknowledged is kept there."""

    def __init__(self, said: str) -> None:
        super().__init__(said)


@dataclass
class Patience:
    """Of one film: everything that moves makes it new."""

    budget_s: float
    sleep: Sleep
    dice: random.Random = field(default_factory=random.SystemRandom)
    _waited_s: float = 0.0
    _failures: int = 0

    def wait(self, said: str, at_least_s: float = 0.0) -> None:
        """Wait before the next try: back-off with full jitter, or as long as the server asks.

        Raises:
            AwayError: that would be longer in all than we are willing to.
        """
        longest = min(LONGEST_S, FIRST_S * 2 ** min(self._failures, 16))
        delay = max(self.dice.uniform(FIRST_S / 10, longest), min(at_least_s, LONGEST_S))
        if self._waited_s + delay > self.budget_s:
            raise AwayError(said)
        self._failures += 1
        self._waited_s += delay
        self.sleep(delay)

    def moved(self) -> None:
        self._failures, self._waited_s = 0, 0.0
