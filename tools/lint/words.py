"""No word of the law in libs/common: it holds the how, never the what.

A tool that knows one service's words is soon changed for that service and breaks the seven others.
Looks at names and docstrings. "case" counts in names only, because English needs the word, and not
where it is SQLAlchemy's function; "retention" not in names where it is S3's word for a lock.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import FUNCTIONS, File, files

WORDS: Final = {
    *("archive", "camera", "checklist", "clip", "court", "custodian", "disposal", "evidence"),
    *("footage", "inspection", "lawsuit", "lawyer", "milestone", "officer", "party", "penalty"),
    *("retention", "suspect", "verdict", "video"),
}
ONLY_IN_NAMES: Final = {"case"}
_PARTS: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def offences(root: Path) -> list[str]:
    return [
        f"{file.place}:{line}: libs/common does not know the word {word!r}"
        for file in files(root, ("libs/common",))
        for line, word in sorted(set(_words(file)))
    ]


def _words(file: File) -> Iterator[tuple[int, str]]:
    imports = {name for _, name in file.imports()}
    theirs = {
        *({"case"} if "sqlalchemy.case" in imports else ()),
        *({"retention"} if "minio.retention.Retention" in imports else ()),
    }
    yield from ((1, word) for word in _known(Path(file.place).stem, WORDS | ONLY_IN_NAMES))
    for node in file.nodes():
        for name in _names(node):
            line = getattr(node, "lineno", 1)
            yield from ((line, word) for word in _known(name, (WORDS | ONLY_IN_NAMES) - theirs))
        for said in _docstrings(node):
            yield from ((said.lineno, word) for word in _known(str(said.value), WORDS))


def _known(text: str, words: set[str]) -> set[str]:
    plain = text.replace("third-party", "").replace("third party", "")
    parts = {part.lower() for part in _PARTS.findall(plain)}
    return {word for word in words if {word, f"{word}s", f"{word[:-1]}ies"} & parts}


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield name.split(".")[-1]
            yield other or ""
        case ast.keyword(arg=str(name)):
            yield name
        case _:
            pass


def _docstrings(node: ast.AST) -> Iterator[ast.Constant]:
    """Docstrings of modules, classes and functions, and the strings below constants and fields."""
    if isinstance(node, ast.Module | ast.ClassDef | FUNCTIONS[0] | FUNCTIONS[1]):
        for child in node.body:
            match child:
                case ast.Expr(value=ast.Constant(value=str()) as said):
                    yield said
                case _:
                    pass
