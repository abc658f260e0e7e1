"""`./dev prove [NAME…] [--minutes N]`: the full counts, one line of figures for each proof."""

import argparse
import faulthandler
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from tests.prove.proofs import PROOFS, Proof

MINUTES: Final = 30.0
STDERR: Final = 2
GRACE_S: Final = 300.0
"""How long after its share a proof may still be finishing what it began; then the process ends."""


def main(words: Sequence[str], proofs: Mapping[str, Proof]) -> int:
    asked = _parse(words, list(proofs))
    names: list[str] = asked.names or list(proofs)
    ends_at = time.monotonic() + asked.minutes * 60
    failed = [
        name
        for at, name in enumerate(names)
        if not _holds(name, proofs[name], (ends_at - time.monotonic()) / (len(names) - at))
    ]
    print(f"prove: {len(names) - len(failed)} of {len(names)} hold", flush=True)
    return 1 if failed else 0


def _parse(words: Sequence[str], names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("./dev prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="for all of them together")
    asked = parser.parse_args(words)
    unknown = sorted(set(asked.names) - set(names))
    if unknown:
        parser.error(f"no proof is called {unknown[0]}; there are: {', '.join(names)}")
    return asked


def _holds(name: str, proof: Proof, share_s: float) -> bool:
    """Run one proof and say how it went; what failed comes before the line that says so."""
    faulthandler.dump_traceback_later(max(share_s, 0) + GRACE_S, exit=True, file=STDERR)
    began = time.monotonic()
    try:
        figures, holds = proof(max(share_s, 0)), True
    except AssertionError as error:
        figures, holds = str(error) or "an assertion without words", False
    finally:
        faulthandler.cancel_dump_traceback_later()
    took_s = time.monotonic() - began
    print(f"{'holds ' if holds else 'FAILED'} {name} ({took_s:.0f} s): {figures}", flush=True)
    return holds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], PROOFS))
