"""What `./dev prove` can prove, by name.

A proof is a function that gets the seconds it may use and returns one line of figures (counts, the
seed, what was compared); when what it proves does not hold it raises AssertionError with the words
that let someone repeat it. It stops by itself when its time is used, and it does its whole work at
least once however little time it gets.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

from tests.prove import engines, ingest, kills, postgres, properties

Proof: TypeAlias = Callable[[float], str]

PROOFS: Final[dict[str, Proof]] = {
    "kills": kills.prove,
    "engines": engines.prove,
    "postgres": postgres.prove,
    "properties": properties.prove,
    "ingest": ingest.prove,
}
