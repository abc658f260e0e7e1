"""The verifier of evidence folders. It leaves the house as one file that needs nothing of it."""

import ast
from functools import cache
from importlib import resources
from typing import Final

NAME: Final = "verifier"
PARTS: Final = ("saying", "shapes", "reading", "ed25519", "signed", "folder", "entries", "program")
"""In the order in which they stand in the file: each needs only those before it."""
HEAD: Final = '''\
"""Verifies an evidence folder offline. One file, Python 3.8 or later, nothing to install.

校验证据文件夹:单个文件,只需 Python 3.8 及以上,不联网,不安装任何软件。

    python verify.py [FOLDER 文件夹] [--vkey KEY-OR-FILE 日志公钥或公钥文件]

Exit code 退出码: 0 verified 通过 · 1 failed 不通过 · 2 cannot check 无法校验.

It travels alone with the evidence, so it imports nothing of the product and writes out again what
it needs of RFC 6962, RFC 8032 and the C2SP formats: a second reading of them, apart on purpose.
"""
'''
TAIL: Final = """

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


@cache
def one_file() -> bytes:
    """The whole verifier as one Python file: the parts' imports first, then what they define."""
    imports: set[str] = set()
    bodies: list[str] = []
    for part in PARTS:
        needs, body = _split(resources.files(NAME).joinpath(f"{part}.py").read_text("utf-8"))
        imports |= needs
        bodies.append(body)
    needed = "\n".join(sorted(imports))
    head = f"{HEAD}\nfrom __future__ import annotations\n\n{needed}"
    return ("\n\n\n".join([head, *bodies]) + TAIL).encode()


def _split(source: str) -> tuple[set[str], str]:
    """A part's imports of Python's own modules, and everything below its imports."""
    imports: set[str] = set()
    ends = 0
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Import):
            imports.add(ast.unparse(statement))
        elif isinstance(statement, ast.ImportFrom):
            if statement.module != "__future__" and not (statement.module or "").startswith(NAME):
                imports.add(ast.unparse(statement))
        elif not isinstance(statement, ast.Expr):  # a docstring is one
            break
        ends = statement.end_lineno or 0
    return imports, "\n".join(source.splitlines()[ends:]).strip()
