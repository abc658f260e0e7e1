"""What oversight does about other services' events: it counts whatever is said."""

from typing import Final

from common.consumer import Every, Reaction
from contracts.topics import PARTITIONS
from oversight import operations
from oversight.operations import Context

REACTIONS: tuple[Reaction[Context], ...] = ()
"""None: no event is waited for, so none can be parked."""
EVERY: Final[Every[Context]] = Every(frozenset(PARTITIONS), operations.count)
