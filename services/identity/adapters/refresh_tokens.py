"""Refresh tokens: made here, and kept by their digest only."""

import secrets
from hashlib import sha256
from typing import Final

TOKEN_BYTES: Final = 32
"""256 random bits: a digest of so much needs no salt and no slow hash."""


def make() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """What the database knows of a token."""
    return sha256(token.encode()).hexdigest()
