"""The definitions of RFC 6962 word for word: slow, and nothing shared with what they check."""

from collections.abc import Sequence
from hashlib import sha256

from tlog.merkle import Edge, NodeId, leaf_hash


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of section 2.1, over entries."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = naive_split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = naive_split(len(leaves))
    if index < k:
        return [*naive_path(index, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(index - k, leaves[k:]), naive_root(leaves[:k])]


def naive_consistency(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of section 2.1.2."""
    if old == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = naive_split(len(leaves))
    if old <= k:
        return [*naive_consistency(old, leaves[:k], whole=whole), naive_root(leaves[k:])]
    return [*naive_consistency(old - k, leaves[k:], whole=False), naive_root(leaves[:k])]


def naive_split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


class Tree:
    """A tree in memory, with the nodes that were asked for."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = leaves
        self.roots = [Edge().root]
        self.nodes: dict[NodeId, bytes] = {}
        self.reads = 0
        edge = Edge()
        for leaf in leaves:
            edge, made = edge.append([leaf_hash(leaf)])
            self.nodes.update(made)
            self.roots.append(edge.root)
        self.edge = edge

    def read(self, ids: Sequence[NodeId]) -> list[bytes]:
        self.reads += len(ids)
        return [self.nodes[id_] for id_ in ids]
