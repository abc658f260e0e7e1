"""What `./dev prove` can prove, by name.

A proof is a function that gets the seconds it may use and returns one line of figures, or one for
each thing it tried (counts, the seed, what was compared); when what it proves does not hold it
raises AssertionError with the words that let someone repeat it. It stops by itself when its time is
used, and it does its whole work at least once however little time it gets; `faults`, whose work has
parts, names those that it did not come to.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from tests.prove import engines, faults, ingest, kills, postgres, properties

Proof: TypeAlias = Callable[[float], str]

PROOFS: Final[dict[str, Proof]] = {
    "kills": kills.prove,
    "engines": engines.prove,
    "faults": faults.prove,
    "postgres": postgres.prove,
    "properties": properties.prove,
    "ingest": ingest.prove,
}
