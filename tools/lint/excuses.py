"""Who silences a checker says which rule and why, on the same line.

A bare `noqa` silences the next mistake too, and nobody dares to remove it.
"""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import EVERYTHING, File, lines_where

SILENCERS: Final = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*(ignore|basic|standard))")
EXCUSED: Final = re.compile(
    r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|pyright: ignore\[\w+(, \w+)*\]) - \w"
)


def offences(root: Path) -> list[str]:
    return lines_where(root, EVERYTHING, _bare, "silence one rule by its name, and say why")


def _bare(file: File) -> Iterator[int]:
    for token in tokenize.generate_tokens(io.StringIO(file.text).readline):
        said = token.string if token.type == tokenize.COMMENT else ""
        if SILENCERS.search(said) and not EXCUSED.search(said):
            yield token.start[0]
