"""The keys that sign access tokens: private files of identity's, and their public JWKS."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self

import jwt
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from common.auth import AUDIENCE, ISSUER, Requester
from identity.adapters import files

ALGORITHM: Final = "EdDSA"
LIFETIME: Final = timedelta(minutes=10)
"""How long a disabled account's last token still opens doors, at most."""


class SigningKeys:
    """Signs with the newest key of a folder; all of the folder's keys verify."""

    def __init__(self, keys: dict[str, Ed25519PrivateKey]) -> None:
        self._keys = keys
        self._newest = max(keys)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Read the folder's keys, making the first if there is none, and write `jwks.json`.

        Private keys can be read by their owner only. A key's file name starts with the instant it
        was made, so that the newest sorts last; put a new one beside the old to rotate.
        """
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if not list(folder.glob("*.pem")):
            files.write_first(folder / "0001.pem", _new_key(), 0o600)
        keys = {path.stem: _read(path) for path in folder.glob("*.pem")}
        opened = cls(keys)
        files.write(folder / "jwks.json", json.dumps(opened.jwks()).encode(), 0o644)
        return opened

    def sign(self, who: Requester, now: datetime) -> str:
        """An access token for `who`, good for `LIFETIME`."""
        key = self._keys[self._newest]
        registered = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + LIFETIME}
        return jwt.encode(
            who.claims() | registered, key, algorithm=ALGORITHM, headers={"kid": _kid(key)}
        )

    def jwks(self) -> dict[str, Any]:
        """The public halves (RFC 7517)."""
        return {
            "keys": [
                json.loads(OKPAlgorithm.to_jwk(key.public_key()))
                | {"kid": _kid(key), "use": "sig", "alg": ALGORITHM}
                for key in self._keys.values()
            ]
        }


def _kid(key: Ed25519PrivateKey) -> str:
    return sha256(key.public_key().public_bytes_raw()).hexdigest()[:16]


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()
    )


def _read(path: Path) -> Ed25519PrivateKey:
    key = pem.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{path.name} holds no Ed25519 key")
    return key
