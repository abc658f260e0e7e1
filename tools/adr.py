"""`./dev adr "TITLE"`: start the next decision record from the house's form."""

import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

FOLDER: Final = Path(__file__).parents[1] / "docs" / "adr"
FORM: Final = """\
# {number:04}: {title}

Status: proposed · Area: house · Date: {today}

## Context

What forces a choice, in two to four sentences.

## Decision

What we do, in one or two imperative sentences.

## Consequences

What becomes easier, what becomes harder.

## Alternatives

- What else was possible, and why not. One line each.

## Enforced by

The test or rule that fails when somebody forgets.
"""


def write(folder: Path, title: str, today: str) -> Path:
    """Write the record after the last one of `folder`; numbers are never used twice."""
    number = max((int(path.name[:4]) for path in folder.glob("[0-9]*.md")), default=0) + 1
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    path = folder / f"{number:04}-{slug}.md"
    path.write_text(FORM.format(number=number, title=title, today=today), encoding="utf-8")
    return path


def main(words: list[str]) -> int:
    if len(words) != 1 or not re.search("[A-Za-z0-9]", words[0]) or words[0].startswith("-"):
        print('usage: ./dev adr "TITLE"', file=sys.stderr)
        return 2
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    print(write(FOLDER, words[0], today))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
