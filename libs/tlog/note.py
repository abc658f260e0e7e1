"""Signed notes (c2sp.org/signed-note), Ed25519 only: a text, and who vouches for its bytes.

NoteError                what the bytes offer is not accepted; nothing of it may be used
├── MalformedNoteError   not a note at all
├── WrongSignatureError  a key we know did not make the signature that bears its name
└── UnsignedNoteError    no key we know signed it
"""

import base64
import binascii
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM: Final = b"\x01"
"""Ed25519, as the first byte of a public key."""
NOTE_SIZE_MAX: Final = 1_000_000
SIGNATURES_MAX: Final = 100
KEY_ID_SIZE: Final = 4
SIGNATURE_MARK: Final = "— "
PUBLIC_KEY_SIZE: Final = 32


class NoteError(ValueError):
    """The note is refused."""


class MalformedNoteError(NoteError):
    """These bytes are no note."""


class WrongSignatureError(NoteError):
    """A key we know did not make its signature: the whole note is refused, whoever else signed."""


class UnsignedNoteError(NoteError):
    """None of the keys we know signed the note."""


class KeyTextError(ValueError):
    """A verifier key's line is not `name+key id+base64` of an Ed25519 key."""


class Signer(Protocol):
    """A private key, wherever it lives."""

    @property
    def verifier(self) -> "Verifier": ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True)
class Verifier:
    """A public key and the name it signs under."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        if not is_key_name(self.name) or len(self.public_key) != PUBLIC_KEY_SIZE:
            raise KeyTextError("not a name and an Ed25519 public key")

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a verifier key.

        Raises:
            KeyTextError: the line is malformed, or its key id is not that of name and key.
        """
        name, _, rest = line.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        try:
            decoded = decode_base64(encoded)
        except ValueError as error:
            raise KeyTextError("not a verifier key") from error
        if decoded[:1] != ALGORITHM:
            raise KeyTextError("not an Ed25519 key")
        verifier = cls(name, decoded[1:])
        if verifier.key_id.hex() != key_id:
            raise KeyTextError("the key id is that of another key")
        return verifier

    @property
    def key_id(self) -> bytes:
        """Tells keys of one name apart. Four bytes long: a hint, never a proof."""
        named = self.name.encode() + b"\n" + ALGORITHM + self.public_key
        return hashlib.sha256(named).digest()[:KEY_ID_SIZE]

    @property
    def text(self) -> str:
        key = base64.b64encode(ALGORITHM + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    def made(self, signature: bytes, message: bytes) -> bool:
        """Tell whether this key signed `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class LocalSigner:
    """A private key in this process."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


@dataclass(frozen=True)
class Signature:
    """One signature line, not yet believed."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """A text with the names of the known keys that signed it."""

    text: str
    signed_by: frozenset[str]


def sign(text: str, signers: Sequence[Signer]) -> bytes:
    """Return the note of `text`, which ends with a newline, signed by each of `signers`.

    Raises:
        MalformedNoteError: `text` cannot be the text of a note.
    """
    _check_text(text)
    lines = [_signature_line(signer, text.encode()) for signer in signers]
    return (text + "\n" + "".join(lines)).encode()


def open_note(raw: bytes, verifiers: Collection[Verifier]) -> Note:
    """Return the note if a key of `verifiers` signed it. Unknown signatures are ignored.

    Raises:
        MalformedNoteError, WrongSignatureError, UnsignedNoteError: see the tree above.
    """
    text, signatures = split(raw)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed_by: set[str] = set()
    for signature in signatures:
        verifier = known.get((signature.name, signature.key_id))
        if verifier is None:
            continue
        if not verifier.made(signature.signature, text.encode()):
            raise WrongSignatureError(f"not signed by {verifier.name}, though it says so")
        signed_by.add(verifier.name)
    if not signed_by:
        raise UnsignedNoteError("no key that is known here signed this")
    return Note(text, frozenset(signed_by))


def split(raw: bytes) -> tuple[str, list[Signature]]:
    """Take a note apart without believing any of it.

    Raises:
        MalformedNoteError: it is none.
    """
    if len(raw) > NOTE_SIZE_MAX:
        raise MalformedNoteError("too long for a note")
    try:
        whole = raw.decode()
    except UnicodeDecodeError as error:
        raise MalformedNoteError("not UTF-8") from error
    head, blank, tail = whole.rpartition("\n\n")
    text = head + "\n"
    _check_text(text)
    if not blank or not tail.endswith("\n"):
        raise MalformedNoteError("no signatures after an empty line")
    lines = tail[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX:
        raise MalformedNoteError("too many signatures")
    return text, [_parse_signature(line) for line in lines]


def is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(c.isspace() or c < " " for c in name)


def decode_base64(text: str) -> bytes:
    """Decode standard base64 that is written in the one way there is; raise `ValueError` else."""
    decoded = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(decoded).decode() != text:
        raise binascii.Error("not canonical base64")
    return decoded


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise MalformedNoteError("a note's text ends with a newline")
    if any(c < " " and c != "\n" for c in text):
        raise MalformedNoteError("control characters in a note")


def _signature_line(signer: Signer, message: bytes) -> str:
    verifier = signer.verifier
    encoded = base64.b64encode(verifier.key_id + signer.sign(message)).decode()
    return f"{SIGNATURE_MARK}{verifier.name} {encoded}\n"


def _parse_signature(line: str) -> Signature:
    mark, name, encoded = line[:2], *line[2:].partition(" ")[::2]
    try:
        decoded = decode_base64(encoded)
    except ValueError as error:
        raise MalformedNoteError("not a signature line") from error
    if mark != SIGNATURE_MARK or not is_key_name(name) or len(decoded) <= KEY_ID_SIZE:
        raise MalformedNoteError("not a signature line")
    return Signature(name, decoded[:KEY_ID_SIZE], decoded[KEY_ID_SIZE:])
