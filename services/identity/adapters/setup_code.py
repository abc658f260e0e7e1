"""The one-time code that makes the first administrator: whoever reads our files may use it."""

import secrets
from pathlib import Path
from typing import Final

from identity.adapters import files

CODE_BYTES: Final = 16


class SetupCode:
    """A file only its owner can read, there until it was used."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "setup.code"

    def prepare(self) -> None:
        """Have a code; one that is there stays, so that a restart does not change it."""
        code = f"{secrets.token_hex(CODE_BYTES)}\n".encode()
        files.write_first(self._path, code, 0o600)

    def fits(self, code: str) -> bool:
        try:
            right = self._path.read_bytes().strip()
        except FileNotFoundError:
            return False
        return secrets.compare_digest(code.encode(), right)

    def discard(self) -> None:
        self._path.unlink(missing_ok=True)
