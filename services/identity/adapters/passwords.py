"""Hashes passwords with Argon2id, at the same cost whether or not the user name exists."""

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from identity.adapters.waiting_room import WaitingRoom

HASHING_MAX: Final = 4
"""Hashes computed at once. Each takes 64 MiB: a crowd at the door must not fill the memory."""
WAITING_MAX: Final = 16
"""Threads that may wait for it. With those that hash they are half of the 40 that a process has for
all services together: the other half never waits for a crowd at the door."""
WAIT_MAX_S: Final = 15.0
"""Sixteen wait for a second or two, and on a busy machine longer; then the phone gives up too."""
NOBODYS: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4"
    "$CkJsrH1IEV/XWmTOnuI04A$+B/qO9Dy/Q+DSgeHOAp1iEsUfD7FOcEcYt0Bgp21aLE"
)
"""The hash of a random value that nobody kept, by the same parameters as all others."""


class Passwords:
    """Argon2id with the library's parameters (RFC 9106, second recommended option)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self.room = WaitingRoom(HASHING_MAX, WAITING_MAX, WAIT_MAX_S)

    def hash(self, password: str) -> str:
        """The hash to keep.

        Raises:
            BusyError: too many at once.
        """
        with self.room.place():
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, hashed: str | None) -> bool:
        """Whether `password` is the one behind `hashed`; never without one, at the same cost.

        Raises:
            BusyError: too many at once.
        """
        with self.room.place():
            try:
                self._hasher.verify(hashed or NOBODYS, _normal(password))
            except VerifyMismatchError:
                return False
        return hashed is not None


def _normal(password: str) -> str:
    """One form for the same characters, whatever the keyboard. Source: NIST SP 800-63B, 3.1.1."""
    return unicodedata.normalize("NFKC", password)
