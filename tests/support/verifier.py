"""The verifier as it travels: the one file, loaded as a module."""

import sys
from types import ModuleType
from typing import Any

from verifier import one_file


def _load() -> Any:  # noqa: ANN401 - a module made of a file
    module = ModuleType("verify")
    sys.modules["verify"] = module  # NamedTuple looks its module up
    module.__file__ = "verify.py"
    exec(compile(one_file(), "verify.py", "exec"), module.__dict__)  # noqa: S102 - our own file
    return module


verify = _load()
