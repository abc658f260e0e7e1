"""Checkpoints (c2sp.org/tlog-checkpoint): a log's name, size and root, as the text of a note."""

import base64
import re
from dataclasses import dataclass
from typing import Final

from tlog.merkle import HASH_SIZE, SIZE_MAX
from tlog.note import Signer, Verifier, decode_base64, is_key_name, open_note, sign

LINES: Final = 3
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class CheckpointError(ValueError):
    """The text is no checkpoint, or that of another log."""


@dataclass(frozen=True)
class Checkpoint:
    """The whole of a log at one moment.

    Raises:
        CheckpointError: the values cannot be those of a log.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        # The origin is also the name of the log's key, so what binds key names binds it.
        if not is_key_name(self.origin):
            raise CheckpointError("not an origin")
        if not 0 <= self.size <= SIZE_MAX or len(self.root) != HASH_SIZE:
            raise CheckpointError("not a size and a root")

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def parse(text: str) -> Checkpoint:
    """Read a checkpoint. Lines after the third are allowed by the specification, and ignored.

    Raises:
        CheckpointError: it is none.
    """
    lines = text.split("\n")
    if len(lines) <= LINES or lines.pop() or "" in lines[LINES:]:
        raise CheckpointError("not the lines of a checkpoint")
    try:
        return Checkpoint(lines[0], parse_decimal(lines[1]), decode_base64(lines[2]))
    except ValueError as error:
        raise CheckpointError("not a checkpoint") from error


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return the signed note. Only for a checkpoint that is, and stays, the log's own."""
    return sign(checkpoint.text, [signer])


def open_checkpoint(raw: bytes, log: Verifier) -> Checkpoint:
    """Return the checkpoint that `log` signed; its origin is the key's name.

    Raises:
        NoteError: the note is refused.
        CheckpointError: it is no checkpoint, or of another log.
    """
    checkpoint = parse(open_note(raw, [log]).text)
    if checkpoint.origin != log.name:
        raise CheckpointError("a checkpoint of another log")
    return checkpoint


def parse_decimal(text: str) -> int:
    """Read a number without sign or leading zero that fits 64 bits; raise `ValueError` else."""
    if not _DECIMAL.fullmatch(text) or int(text) > SIZE_MAX:
        raise ValueError("not a decimal number")
    return int(text)
