"""What ingest's operations need; built once in app.py."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from anyio import CapacityLimiter
from typing_extensions import override

from common import service
from common.loops import Wake
from common.objects import Objects
from common.rulebook import Rulebook
from ingest.adapters.bodies import Bodies
from ingest.adapters.sha256 import Digests
from ingest.adapters.spool import Spool
from ingest.adapters.trials import Trials
from ingest.adapters.turns import Turns
from ingest.errors import ElsewhereError
from ingest.settings import Settings

KEPT_AT_ONCE_MAX: Final = 8
SYNCED_AT_ONCE_MAX: Final = 32


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """A process that owns a spool."""

    settings: Settings
    spool: Spool
    objects: Objects
    derivatives: Objects
    """What is made of originals: never locked, since it can be made again."""
    rulebook: Rulebook
    receiving: Turns = field(default_factory=Turns)
    """Who may read from a client into an upload."""
    finishing: Turns = field(default_factory=Turns)
    """Who checks and keeps a film that has arrived."""
    joining: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    """One film at a time is joined of its parts: it is copying, and of two joins of the same parts
    the second need not begin."""
    keeping: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(KEPT_AT_ONCE_MAX))
    """Films that are put into the store. One that hangs must not take every thread there is."""
    syncing: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(SYNCED_AT_ONCE_MAX, "sync")
    )
    """Makes films durable while more of them comes."""
    digests: Digests = field(default_factory=Digests.open)
    """The running digests of films that arrive."""
    unprobed: Wake = field(default_factory=Wake)
    relocked: Wake = field(default_factory=Wake)
    underived: Wake = field(default_factory=Wake)
    reheld: Wake = field(default_factory=Wake)
    bodies: Bodies
    """How many films are read at once."""
    trials: Trials
    """Whether bytes come as they are sent."""

    @override
    def end(self) -> None:
        self.receiving.end()

    @property
    def replica_count(self) -> int:
        """How many receive; their numbers are below it."""
        return max(1, len(self.settings.replicas))

    def expect_here(self, replica: int) -> None:
        """Go on where this process is that replica, or no such one is known.

        Raises:
            ElsewhereError: it is another; the request is handed on to it.
        """
        if replica != self.settings.replica and replica < len(self.settings.replicas):
            raise ElsewhereError(replica)
