"""Proof files (c2sp.org/tlog-proof@v1): that one entry is in a log, checkable without the log."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tlog.checkpoint import Checkpoint, open_checkpoint, parse_decimal
from tlog.merkle import HASH_SIZE, leaf_hash
from tlog.note import Verifier, decode_base64
from tlog.proofs import ProofError, verify_inclusion

HEADER: Final = "c2sp.org/tlog-proof@v1"
HASHES_MAX: Final = 63
"""A path through the largest tree there is."""


class ProofFileError(ValueError):
    """The bytes are no proof file."""


@dataclass(frozen=True)
class ProofFile:
    """A proof as it was written, nothing of it checked. `extra` is not covered by any signature."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def write(index: int, hashes: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Return the file that proves leaf `index` under the signed note `checkpoint`."""
    lines = [HEADER, f"index {index}", *(base64.b64encode(h).decode() for h in hashes)]
    return "".join(f"{line}\n" for line in lines).encode() + b"\n" + checkpoint


def parse(raw: bytes) -> ProofFile:
    """Read a proof file.

    Raises:
        ProofFileError: it is none.
    """
    head, blank, checkpoint = raw.partition(b"\n\n")
    try:
        header, *lines = head.decode("ascii").split("\n")
        extra = _extra(lines)
        keyword, _, index = lines.pop(0).partition(" ")
        hashes = tuple(decode_base64(line) for line in lines)
        if header != HEADER or keyword != "index" or not blank:
            raise ProofFileError("not the lines of a proof")
        number = parse_decimal(index)
    except (ValueError, IndexError) as error:
        raise ProofFileError("not a proof") from error
    if len(hashes) > HASHES_MAX or any(len(hash_) != HASH_SIZE for hash_ in hashes):
        raise ProofFileError("not the hashes of a proof")
    return ProofFile(number, hashes, checkpoint, extra)


def verify(raw: bytes, *, index: int, entry: bytes, log: Verifier) -> Checkpoint:
    """Return the log's checkpoint under which `entry` stands at `index`.

    Nothing is taken from the file on trust: the signature is checked before the root is used.

    Raises:
        ProofFileError: the file is no proof.
        NoteError, CheckpointError: its checkpoint is refused.
        ProofError: it proves something else.
    """
    proof = parse(raw)
    checkpoint = open_checkpoint(proof.checkpoint, log)
    if proof.index != index:
        raise ProofError("the proof is for another index")
    verify_inclusion(
        proof.hashes,
        index=index,
        size=checkpoint.size,
        leaf=leaf_hash(entry),
        root=checkpoint.root,
    )
    return checkpoint


def _extra(lines: list[str]) -> bytes | None:
    if lines and lines[0].startswith("extra "):
        return decode_base64(lines.pop(0).removeprefix("extra "))
    return None
