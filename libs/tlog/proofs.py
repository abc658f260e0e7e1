"""Inclusion and consistency proofs (RFC 9162, 2.1.3 and 2.1.4): made from stored nodes, checked."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from tlog.merkle import (
    EMPTY_ROOT,
    HASH_SIZE,
    SIZE_MAX,
    NodeId,
    complete_subtrees,
    node_hash,
    root_of,
)

ReadNodes: TypeAlias = Callable[[Sequence[NodeId]], Sequence[bytes]]
"""Returns the stored hashes of the nodes named, in that order. Called once per proof."""


class ProofError(Exception):
    """A proof does not prove what it is offered for, or nothing can be proved of such numbers."""


def prove_inclusion(read: ReadNodes, index: int, size: int) -> list[bytes]:
    """Prove that the tree of `size` leaves holds leaf `index`. Reads O(log size) nodes.

    Raises:
        ProofError: the tree has no such leaf.
    """
    if not 0 <= index < size <= SIZE_MAX:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    return _read_ranges(read, _inclusion_ranges(index, size))


def prove_consistency(read: ReadNodes, old: int, new: int) -> list[bytes]:
    """Prove that the tree of `old` leaves is the beginning of the tree of `new` leaves.

    Empty when there is nothing to prove: `old` is 0 or equals `new`.

    Raises:
        ProofError: `old` is larger than `new`.
    """
    if not 0 <= old <= new <= SIZE_MAX:
        raise ProofError(f"{new} leaves do not follow {old}")
    return _read_ranges(read, [] if old == 0 else _consistency_ranges(old, new))


def verify_inclusion(
    proof: Sequence[bytes], *, index: int, size: int, leaf: bytes, root: bytes
) -> None:
    """Return if and only if `leaf` (a leaf's hash) stands at `index` under `root`.

    Raises:
        ProofError: it does not, or the proof is longer or shorter than it must be.
    """
    if not 0 <= index < size <= SIZE_MAX:
        raise ProofError(f"a tree of {size} leaves has no leaf {index}")
    _check_hashes([*proof, leaf, root])
    node, last, hash_ = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            hash_ = node_hash(sibling, hash_)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            hash_ = node_hash(hash_, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if hash_ != root:
        raise ProofError("the proof leads to another root")


def verify_consistency(
    proof: Sequence[bytes], *, old: int, old_root: bytes, new: int, new_root: bytes
) -> None:
    """Return if and only if the tree under `new_root` begins with the one under `old_root`.

    Raises:
        ProofError: it does not, or the proof is longer or shorter than it must be.
    """
    if not 0 <= old <= new <= SIZE_MAX:
        raise ProofError(f"{new} leaves do not follow {old}")
    _check_hashes([*proof, old_root, new_root])
    if old in (0, new):
        _verify_trivial(proof, old_root, EMPTY_ROOT if old == 0 else new_root)
        return
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofError("the proof is too short")
    _fold_consistency(path, old, old_root, new, new_root)


def _verify_trivial(proof: Sequence[bytes], old_root: bytes, must_be: bytes) -> None:
    if proof:
        raise ProofError("the proof is too long")
    if old_root != must_be:
        raise ProofError("the same size has another root")


def _fold_consistency(
    path: Sequence[bytes], old: int, old_root: bytes, new: int, new_root: bytes
) -> None:
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_hash = new_hash = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofError("the proof is too long")
        if node & 1 or node == last:
            old_hash, new_hash = node_hash(sibling, old_hash), node_hash(sibling, new_hash)
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            new_hash = node_hash(new_hash, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofError("the proof is too short")
    if old_hash != old_root or new_hash != new_root:
        raise ProofError("the proof leads to another root")


def _inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """Siblings of the way from the leaf up to the root, as ranges of leaves; lowest first."""
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def _consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """SUBPROOF of RFC 9162, 2.1.4.1, as ranges of leaves; lowest first."""
    ranges: list[tuple[int, int]] = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    # When the whole old tree is one subtree of the new one, the verifier has its hash already.
    return ([(start, end)] if start else []) + ranges[::-1]


def _split(count: int) -> int:
    """Largest power of two smaller than `count`."""
    return 1 << ((count - 1).bit_length() - 1)


def _read_ranges(read: ReadNodes, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    cuts = [complete_subtrees(start, end) for start, end in ranges]
    hashes = iter(read([node for cut in cuts for node in cut]))
    return [root_of([next(hashes) for _ in cut]) for cut in cuts]


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(hash_) != HASH_SIZE for hash_ in hashes):
        raise ProofError("a hash has 32 bytes")
