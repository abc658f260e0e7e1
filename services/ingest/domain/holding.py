"""What a hold on a clip is. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Held:
    """Whether a clip may not be removed whatever its lock, and since when the store forbids it."""

    is_held: bool = False
    since: datetime | None = None
    """When the store, asked, had the hold; None: it has none, or does not have it yet."""

    @property
    def is_news(self) -> bool:
        """Whether the store did not know it before it was told."""
        return self.is_held != (self.since is not None)
