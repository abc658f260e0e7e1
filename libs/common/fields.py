"""Words for what people type into a form: bounded, trimmed, and free of control characters."""

from typing import Annotated

from pydantic import StringConstraints

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_PRINTABLE),
]
"""One line of text: a name, a number, a cause."""
Passage = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=1,
        max_length=2000,
        pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$",
    ),
]
"""Several lines: a reason, a description."""
