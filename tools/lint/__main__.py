"""`python -m tools.lint`: all of the house's own rules over the whole tree."""

import sys
from pathlib import Path
from typing import Final

from tools.lint import (
    callers,
    excuses,
    failures,
    logs,
    openings,
    places,
    prints,
    publishing,
    purity,
    rooms,
    size,
    sleeps,
    sql,
    times,
    transactions,
    words,
)

RULES: Final = (
    *(callers, excuses, failures, logs, openings, places, prints, publishing, purity, rooms),
    *(size, sleeps, sql, times, transactions, words),
)


def main(root: Path) -> int:
    found = [said for rule in RULES for said in rule.offences(root)]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[2]))
