"""Signed notes, checkpoints and proofs: what leads from an entry to the log's own key."""

from __future__ import annotations

import hashlib
import re

from verifier.ed25519 import ed25519_made
from verifier.reading import unbase64
from verifier.shapes import HASH_SIZE, KEY_SIZE, LOG_NAME, SIZE, Failed, Head


def parse_vkey(where: str, line: str) -> tuple[str, bytes]:
    """Read `name+key id+base64` of an Ed25519 key."""
    name, _, rest = line.partition("+")
    key_id, _, encoded = rest.partition("+")
    key = unbase64(where, encoded)
    if not LOG_NAME.fullmatch(name) or len(key) != 1 + KEY_SIZE or key[:1] != b"\x01":
        raise Failed(where, "不是公钥 / not a verifier key")
    if hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        raise Failed(where, "公钥编号不符 / wrong key id")
    return name, key[1:]


def open_checkpoint(where: str, note: bytes, origin: str, public_key: bytes) -> Head:
    """Return what the log signed. Other signers' lines are ignored; a wrong one of its own is not.

    Source: c2sp.org/signed-note, c2sp.org/tlog-checkpoint.
    """
    head, _, lines = note.rpartition(b"\n\n")
    signed = head + b"\n"
    key_id = hashlib.sha256(origin.encode() + b"\n\x01" + public_key).digest()[:4]
    own = [line for line in signatures(where, lines) if line[:2] == (origin.encode(), key_id)]
    if not own:
        raise Failed(where, "没有该日志的签名 / not signed by the log")
    if not all(ed25519_made(public_key, signature, signed) for _, _, signature in own):
        raise Failed(where, "签名不符 / the signature is wrong")
    name, size, root, *_ = [*signed.decode("utf-8", "replace").split("\n"), "", ""]
    if name != origin or not SIZE.fullmatch(size) or len(unbase64(where, root)) != HASH_SIZE:
        raise Failed(where, "不是该日志的检查点 / not a checkpoint of this log")
    return Head(note, origin, int(size), unbase64(where, root))


def signatures(where: str, lines: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Name, key id and signature of every line below a note; none of them is believed yet."""
    found: list[tuple[bytes, bytes, bytes]] = []
    if not lines.endswith(b"\n"):
        raise Failed(where, "不是签名文本 / not a signed note")
    for line in lines[:-1].split(b"\n"):
        match = re.fullmatch("— ([^ ]+) ([^ ]+)".encode(), line)
        if not match:
            raise Failed(where, "不是签名行 / not a signature line")
        blob = unbase64(where, match.group(2).decode("ascii", "replace"))
        found.append((match.group(1), blob[:4], blob[4:]))
    return found


def read_proof(where: str, raw: bytes, index: int, head: Head) -> list[bytes]:
    """Return the hashes of a proof made for this index under this very checkpoint.

    Source: c2sp.org/tlog-proof.
    """
    proof, _, note = raw.partition(b"\n\n")
    lines = proof.decode("ascii", "replace").split("\n")
    if lines[:2] != ["c2sp.org/tlog-proof@v1", f"index {index}"]:
        raise Failed(where, "不是该条记录的证明 / not a proof for this entry")
    if note != head.note:
        raise Failed(where, "所附检查点不同 / carries another checkpoint")
    hashes = [unbase64(where, line) for line in lines[2:]]
    if any(len(hash_) != HASH_SIZE for hash_ in hashes):
        raise Failed(where, "哈希长度有误 / a hash of another length")
    return hashes


def climb(where: str, proof: list[bytes], index: int, size: int, leaf_hash: bytes) -> bytes:
    """Return the root that a proof of exactly the right length leads to (RFC 9162, 2.1.3.2)."""
    if index >= size:
        raise Failed(where, "序号超出日志 / the index is outside the log")
    node, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            raise Failed(where, "证明过长 / the proof is too long")
        if node & 1 or node == last:
            found = hashlib.sha256(b"\x01" + sibling + found).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    if last:
        raise Failed(where, "证明过短 / the proof is too short")
    return found
