"""The Merkle tree of RFC 6962, kept as its complete subtrees: what appending needs and yields."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
SIZE_MAX: Final = 2**63 - 1
"""Largest size of a tree: what a signed 64-bit column, and Go's int64, can hold."""


class NodeId(NamedTuple):
    """A complete subtree: it covers the leaves [position << level, (position + 1) << level)."""

    level: int
    position: int


class Node(NamedTuple):
    """A complete subtree and its hash. Once there it never changes."""

    id: NodeId
    hash: bytes


class EdgeError(ValueError):
    """The hashes given do not fit the size given."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def complete_subtrees(start: int, end: int) -> list[NodeId]:
    """Cut [start, end) into the fewest complete subtrees, from left to right."""
    found: list[NodeId] = []
    while start < end:
        fits = (end - start).bit_length() - 1
        level = min(fits, (start & -start).bit_length() - 1) if start else fits
        found.append(NodeId(level, start >> level))
        start += 1 << level
    return found


def root_of(subtrees: Sequence[bytes]) -> bytes:
    """Root over the hashes of `complete_subtrees(0, size)`; nothing is ever doubled to fill up."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


@dataclass(frozen=True)
class Edge:
    """The right edge of a tree of `size` leaves: all that appending to it must know.

    Raises:
        EdgeError: `hashes` are not one for each of `complete_subtrees(0, size)`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        wrong_size = not 0 <= self.size <= SIZE_MAX
        if wrong_size or len(self.hashes) != self.size.bit_count():
            raise EdgeError(f"{len(self.hashes)} hashes cannot be the edge of {self.size} leaves")
        if any(len(hash_) != HASH_SIZE for hash_ in self.hashes):
            raise EdgeError("a hash has 32 bytes")

    @property
    def root(self) -> bytes:
        return root_of(self.hashes)

    def append(self, leaf_hashes: Iterable[bytes]) -> "tuple[Edge, list[Node]]":
        """Return the edge after these leaves and every subtree they completed, leaves included."""
        size, hashes = self.size, list(self.hashes)
        made: list[Node] = []
        for leaf in leaf_hashes:
            level, position, hash_ = 0, size, leaf
            made.append(Node(NodeId(level, position), hash_))
            while position & 1:
                level, position, hash_ = level + 1, position >> 1, node_hash(hashes.pop(), hash_)
                made.append(Node(NodeId(level, position), hash_))
            hashes.append(hash_)
            size += 1
        return Edge(size, tuple(hashes)), made
