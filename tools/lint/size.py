"""A file has at most 400 lines, a function at most 50.

Every large code base has one file nobody dares to touch; it grew one small change at a time.
Only a program that leaves the house as one file, and so cannot be split, may have 600 lines.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import EVERYTHING, FUNCTIONS, PROGRAMS, File, files

FILE_LINES_MAX: Final = 400
PROGRAM_LINES_MAX: Final = 600
FUNCTION_LINES_MAX: Final = 50


def offences(root: Path) -> list[str]:
    return [said for file in files(root, EVERYTHING) for said in _too_long(file)]


def _too_long(file: File) -> Iterator[str]:
    lines = len(file.text.splitlines())
    most = PROGRAM_LINES_MAX if file.place in PROGRAMS else FILE_LINES_MAX
    if lines > most:
        yield f"{file.place}: {lines} lines; at most {most}"
    for node in file.nodes():
        if isinstance(node, FUNCTIONS):
            long = (node.end_lineno or node.lineno) - node.lineno + 1
            if long > FUNCTION_LINES_MAX:
                yield f"{file.place}:{node.lineno}: {node.name} has {long} lines"
