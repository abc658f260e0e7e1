"""How a rule reads the product's source. Every rule is a module with `offences(root)`."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

PRODUCT: Final = ("liuhen", "libs", "services")
"""What is delivered."""

EVERYTHING: Final = (*PRODUCT, "policies", "tests", "tools", "bench")
"""All Python of the repository."""

SPEAKING: Final = {"libs/verifier/saying.py"}
"""Of the verifier, which leaves the house in every export and speaks to a terminal there."""

FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class File:
    """One Python file, parsed once."""

    place: str
    """Its path below the root, with slashes."""
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.place)

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    def calls(self) -> Iterator[tuple[ast.Call, str, str]]:
        """Every call with what it is called on ("" for a plain name) and its name."""
        for node in self.nodes():
            if isinstance(node, ast.Call):
                match node.func:
                    case ast.Name(id=name):
                        yield node, "", name
                    case ast.Attribute(value=owner, attr=name):
                        yield node, ast.unparse(owner), name
                    case _:
                        pass

    def imports(self) -> Iterator[tuple[int, str]]:
        """Every import as its line and full dotted name."""
        for node in self.nodes():
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def files(root: Path, parts: Iterable[str]) -> Iterator[File]:
    """The Python files of some top folders, in a steady order."""
    for part in parts:
        for path in sorted((root / part).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield File(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def lines_where(
    root: Path, parts: Iterable[str], wrong: Callable[[File], Iterable[int]], harm: str
) -> list[str]:
    """Offences as `file:line: harm` for each line that `wrong` names."""
    return [
        f"{file.place}:{line}: {harm}"
        for file in files(root, parts)
        for line in sorted(set(wrong(file)))
    ]


def is_module(file: File, *names: str) -> bool:
    """Whether a service's file is one of these modules, as a file or as a package of that name."""
    top, _, rest = file.place.partition("/")
    if top != "services":
        return False
    module = rest.split("/")[1]
    return module.removesuffix(".py") in names
