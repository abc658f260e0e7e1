"""What oversight does about other services' events: it counts whatever is said."""

from typing import Final

from common.consumer import Every
from contracts.topics import PARTITIONS
from oversight import operations
from oversight.operations import Context

EVERY: Final[Every[Context]] = Every(frozenset(PARTITIONS), operations.count)
