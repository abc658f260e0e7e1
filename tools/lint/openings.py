"""Every module opens with one line that says what it is for.

Without it a newcomer reads the whole file to learn that it was the wrong one. An empty
`__init__.py` has nothing to say.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.lint.source import EVERYTHING, File, lines_where


def offences(root: Path) -> list[str]:
    return lines_where(root, EVERYTHING, _silent, "open with one line that says what it is for")


def _silent(file: File) -> Iterator[int]:
    if (
        file.text.strip()
        and not (ast.get_docstring(file.tree, clean=False) or "").split("\n")[0].strip()
    ):
        yield 1
