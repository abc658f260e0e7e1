"""Hashes passwords with Argon2id, at the same cost whether or not the user name exists."""

import threading
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

HASHING_MAX: Final = 4
"""Hashes computed at once. Each takes 64 MiB: a crowd at the door must not fill the memory."""
NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$CkJsrH1IEV/XWmTOnuI04A$+B/qO9Dy/Q+DSgeHOAp1iEsUfD7FOcEcYt0Bgp21aLE"
)
"""The hash of a random value that nobody kept, by the same parameters as all others."""


class Passwords:
    """Argon2id with the library's parameters (RFC 9106, second recommended option)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._slots = threading.BoundedSemaphore(HASHING_MAX)

    def hash(self, password: str) -> str:
        with self._slots:
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, hashed: str | None) -> bool:
        """Whether `password` is the one behind `hashed`; never without one, at the same cost."""
        with self._slots:
            try:
                self._hasher.verify(hashed or NOBODYS, _normal(password))
            except VerifyMismatchError:
                return False
        return hashed is not None


def _normal(password: str) -> str:
    """One form for the same characters, whatever the keyboard. Source: NIST SP 800-63B, 3.1.1."""
    return unicodedata.normalize("NFKC", password)
