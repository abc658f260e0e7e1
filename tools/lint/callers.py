"""Every route says who may call it.

Either a parameter's annotation is `Annotated[Requester, may_call(...)]` or a module's name for one,
or `@public` of common.auth stands under the router's decorator. A route without either is open to
the whole world and looks like all the others.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tools.lint.source import FUNCTIONS, PRODUCT, File, files

VERBS: Final = {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route"}
VERBS_OF_NO_FUNCTION: Final = {"add_api_route", "add_route", "add_websocket_route"}
HARM: Final = "a route names who may call it: Annotated[Requester, may_call(...)] or @public"


def offences(root: Path) -> list[str]:
    product = list(files(root, PRODUCT))
    people = {name for file in product for name in _people(file)}
    return [
        f"{file.place}:{line}: {HARM}" for file in product for line in _open_doors(file, people)
    ]


def _open_doors(file: File, people: set[str]) -> Iterator[int]:
    near = _names(file, people)
    for node in file.nodes():
        if isinstance(node, FUNCTIONS):
            routed = [at for at, door in enumerate(node.decorator_list) if _is_route(door)]
            if routed and not (_is_public(node, routed[-1]) or _names_caller(node, near)):
                yield node.lineno
    if file.place.startswith("services/"):
        yield from (call.lineno for call, _, name in file.calls() if name in VERBS_OF_NO_FUNCTION)


def _is_route(door: ast.expr) -> bool:
    return (
        isinstance(door, ast.Call)
        and isinstance(door.func, ast.Attribute)
        and isinstance(door.func.value, ast.Name)
        and door.func.attr in VERBS
    )


def _is_public(node: ast.FunctionDef | ast.AsyncFunctionDef, last_route: int) -> bool:
    below = node.decorator_list[last_route + 1 :]
    return any(isinstance(door, ast.Name) and door.id == "public" for door in below)


def _names_caller(node: ast.FunctionDef | ast.AsyncFunctionDef, near: set[str]) -> bool:
    parameters = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
    return any(
        parameter.annotation is not None
        and (_is_caller(parameter.annotation) or ast.unparse(parameter.annotation) in near)
        for parameter in parameters
    )


def _is_caller(annotation: ast.expr) -> bool:
    """Whether it is `Annotated[Requester, may_call(ROLE, ...)]`."""
    match annotation:
        case ast.Subscript(
            value=ast.Name(id="Annotated"),
            slice=ast.Tuple(
                elts=[
                    ast.Name(id="Requester"),
                    ast.Call(func=ast.Name(id="may_call"), args=[_, *_]),
                    *_,
                ]
            ),
        ):
            return True
        case _:
            return False


def _people(file: File) -> Iterator[str]:
    """The full names under which a module keeps such annotations."""
    module = file.place.split("/", 1)[-1].removesuffix(".py").replace("/", ".")
    for node in file.tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if _is_caller(value):
                yield f"{module}.{name}"
            case _:
                pass


def _names(file: File, people: set[str]) -> set[str]:
    """What this file calls those annotations: its own, and those it imports."""
    near = {name.rsplit(".", 1)[-1] for name in _people(file)}
    for node in file.nodes():
        if isinstance(node, ast.ImportFrom):
            near |= {
                alias.asname or alias.name
                for alias in node.names
                if f"{node.module}.{alias.name}" in people
            }
    return near
