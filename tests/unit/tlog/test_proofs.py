"""Proofs are exactly those of the RFC, prove only what they say, and cost few reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.trees import Tree, entries, naive_consistency, naive_path
from tlog.merkle import EMPTY_ROOT, SIZE_MAX, leaf_hash, node_hash
from tlog.proofs import (
    ProofError,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

SIZE = 130
TREE = Tree(entries(SIZE))
EDGES = [1, 2, 3, 7, 8, 9, 63, 64, 65, 127, 128, 129, 130]
"""Powers of two and their neighbours."""


def inclusion(index: int, size: int) -> list[bytes]:
    return prove_inclusion(TREE.read, index, size)


def check_inclusion(proof: list[bytes], index: int, size: int, leaf: int) -> None:
    verify_inclusion(
        proof,
        index=index,
        size=size,
        leaf=leaf_hash(TREE.leaves[leaf]),
        root=TREE.roots[size],
    )


def check_consistency(proof: list[bytes], old: int, new: int) -> None:
    verify_consistency(proof, old=old, old_root=TREE.roots[old], new=new, new_root=TREE.roots[new])


def test_every_leaf_of_every_size_is_proved_to_be_where_it_is() -> None:
    for size in range(1, SIZE + 1):
        for index in range(size):
            check_inclusion(inclusion(index, size), index, size, index)


def test_every_size_is_proved_to_be_the_beginning_of_every_later_one() -> None:
    for new in range(SIZE + 1):
        for old in range(new + 1):
            check_consistency(prove_consistency(TREE.read, old, new), old, new)


@pytest.mark.parametrize("size", EDGES)
def test_proofs_are_those_of_the_definition(size: int) -> None:
    leaves = entries(size)
    for index in range(size):
        assert inclusion(index, size) == naive_path(index, leaves)
        assert prove_consistency(TREE.read, index + 1, size) == naive_consistency(index + 1, leaves)


@given(st.integers(1, SIZE), st.data())
def test_a_proof_is_refused_for_every_other_place(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    if other == index:
        return
    with pytest.raises(ProofError):
        check_inclusion(proof, other, size, index)
    with pytest.raises(ProofError):
        check_inclusion(proof, index, size, other)


@given(st.integers(1, SIZE), st.data())
def test_no_bit_of_a_proof_may_change(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(index, size)
    if not proof:
        return
    at, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[at] = (int.from_bytes(proof[at]) ^ 1 << bit).to_bytes(32)
    with pytest.raises(ProofError):
        check_inclusion(proof, index, size, index)


@pytest.mark.parametrize("size", EDGES)
def test_a_proof_is_refused_with_a_hash_more_or_less(size: int) -> None:
    for index in range(size):
        proof = inclusion(index, size)
        for wrong in ([*proof, b"x" * 32], proof[:-1] if proof else [b"x" * 32]):
            with pytest.raises(ProofError):
                check_inclusion(wrong, index, size, index)


@pytest.mark.parametrize("new", EDGES)
def test_a_consistency_proof_is_refused_with_a_hash_more_or_less(new: int) -> None:
    for old in range(new + 1):
        proof = prove_consistency(TREE.read, old, new)
        for wrong in ([*proof, b"x" * 32], proof[:-1] if proof else [b"x" * 32]):
            with pytest.raises(ProofError):
                check_consistency(wrong, old, new)


def test_a_proof_of_another_length_is_refused_even_if_it_leads_to_the_root_given() -> None:
    more = b"x" * 32
    leaf = leaf_hash(TREE.leaves[0])
    proof = inclusion(0, 4)
    with pytest.raises(ProofError, match="too long"):
        verify_inclusion(
            [*proof, more], index=0, size=4, leaf=leaf, root=node_hash(more, TREE.roots[4])
        )
    with pytest.raises(ProofError, match="too short"):
        verify_inclusion(proof[:1], index=0, size=4, leaf=leaf, root=TREE.roots[2])


def test_a_consistency_proof_of_another_length_is_refused_likewise() -> None:
    proof, more = prove_consistency(TREE.read, 1, 4), b"x" * 32
    new_root = node_hash(more, TREE.roots[4])
    with pytest.raises(ProofError, match="too long"):
        verify_consistency([*proof, more], old=1, old_root=TREE.roots[1], new=4, new_root=new_root)
    with pytest.raises(ProofError, match="too short"):
        verify_consistency(proof[:1], old=1, old_root=TREE.roots[1], new=4, new_root=TREE.roots[2])


@given(st.integers(1, SIZE), st.integers(1, SIZE))
def test_another_history_has_no_consistency_proof(old: int, new: int) -> None:
    old, new = min(old, new), max(old, new)
    forked = Tree([b"changed", *TREE.leaves[1:new]])
    proof = prove_consistency(forked.read, old, new)
    with pytest.raises(ProofError):
        verify_consistency(
            proof, old=old, old_root=TREE.roots[old], new=new, new_root=forked.roots[new]
        )


def test_the_empty_tree_is_the_beginning_of_every_tree_and_has_one_root() -> None:
    assert prove_consistency(TREE.read, 0, SIZE) == []
    check_consistency([], 0, SIZE)
    with pytest.raises(ProofError, match="another root"):
        verify_consistency([], old=0, old_root=b"x" * 32, new=1, new_root=TREE.roots[1])


def test_the_same_size_must_have_the_same_root() -> None:
    with pytest.raises(ProofError, match="another root"):
        verify_consistency([], old=5, old_root=TREE.roots[5], new=5, new_root=TREE.roots[6])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, SIZE_MAX + 1)])
def test_what_no_tree_holds_is_neither_proved_nor_verified(index: int, size: int) -> None:
    with pytest.raises(ProofError):
        inclusion(index, size)
    with pytest.raises(ProofError):
        verify_inclusion([], index=index, size=size, leaf=EMPTY_ROOT, root=EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(6, 5), (-1, 5), (1, SIZE_MAX + 1)])
def test_a_tree_never_shrinks(old: int, new: int) -> None:
    with pytest.raises(ProofError):
        prove_consistency(TREE.read, old, new)
    with pytest.raises(ProofError):
        verify_consistency([], old=old, old_root=EMPTY_ROOT, new=new, new_root=EMPTY_ROOT)


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(ProofError, match="32 bytes"):
        check_inclusion([b"short"], 0, 2, 0)


def test_a_proof_costs_few_reads_in_any_tree() -> None:
    TREE.reads = 0
    inclusion(0, SIZE - 1)
    prove_consistency(TREE.read, SIZE // 2, SIZE - 1)
    assert TREE.reads <= 4 * SIZE.bit_length()
