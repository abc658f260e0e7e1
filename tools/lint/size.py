"""A file has at most 400 lines, a function at most 50.

Every large code base has one file nobody dares to touch; it grew one small change at a time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import EVERYTHING, FUNCTIONS, File, files

FILE_LINES_MAX: Final = 400
FUNCTION_LINES_MAX: Final = 50


def offences(root: Path) -> list[str]:
    return [said for file in files(root, EVERYTHING) for said in _too_long(file)]


def _too_long(file: File) -> Iterator[str]:
    lines = len(file.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield f"{file.place}: {lines} lines; at most {FILE_LINES_MAX}"
    for node in file.nodes():
        if isinstance(node, FUNCTIONS):
            long = (node.end_lineno or node.lineno) - node.lineno + 1
            if long > FUNCTION_LINES_MAX:
                yield f"{file.place}:{node.lineno}: {node.name} has {long} lines"
