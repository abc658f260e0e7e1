"""What audit keeps outside its database: the log's key, and a copy of the last checkpoint."""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.errors import LogKeyError
from common.objects import fsync
from tlog.note import LocalSigner


def open_signer(path: Path, origin: str, *, may_make: bool) -> LocalSigner:
    """Read the log's key, making it first if there is none and `may_make`; owner-only file.

    Raises:
        LogKeyError: the key is missing although the log exists, or is no Ed25519 key.
    """
    if not path.exists():
        if not may_make:
            raise LogKeyError(f"{path.name} is missing: without it this log cannot be carried on")
        _write(path, _new_key(), 0o600)
    try:
        key = pem.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise LogKeyError(f"{path.name} holds no key: put it back from a back-up") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise LogKeyError(f"{path.name} holds no Ed25519 key")
    return LocalSigner(origin, key)


class CheckpointFile:
    """The newest checkpoint beside the database, so that an old back-up of that is noticed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        return self._path.read_bytes() if self._path.exists() else None

    def write(self, note: bytes) -> None:
        """Return when the note is durable in place of the one before."""
        _write(self._path, note, 0o644)


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()
    )


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    fsync(path.parent)
