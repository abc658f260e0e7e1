"""The tree is that of RFC 6962, for every size, however the leaves arrive."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.trees import Tree, entries, naive_root
from tlog.merkle import EMPTY_ROOT, SIZE_MAX, Edge, EdgeError, NodeId, complete_subtrees, leaf_hash

STANDARD_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
STANDARD_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of Certificate Transparency's own tests, for 0 to 8 of the leaves above."""


def test_the_roots_are_those_of_certificate_transparency() -> None:
    assert [root.hex() for root in Tree(STANDARD_LEAVES).roots] == STANDARD_ROOTS


def test_every_size_has_the_root_of_the_definition() -> None:
    leaves = entries(130)
    expected = [naive_root(leaves[:size]) for size in range(len(leaves) + 1)]
    assert Tree(leaves).roots == expected


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_batch_makes_the_same_tree_as_leaf_after_leaf(batches: list[int]) -> None:
    hashes = iter([leaf_hash(entry) for entry in entries(sum(batches))])
    edge = Edge()
    nodes: dict[NodeId, bytes] = {}
    for count in batches:
        edge, made = edge.append([next(hashes) for _ in range(count)])
        nodes.update(made)
    one_by_one = Tree(entries(sum(batches)))
    assert edge == one_by_one.edge
    assert nodes == one_by_one.nodes


def test_every_complete_subtree_is_made_once_and_no_other() -> None:
    _, made = Edge().append([leaf_hash(entry) for entry in entries(13)])
    expected = [NodeId(level, at) for level in range(4) for at in range(13 >> level)]
    assert sorted(node.id for node in made) == expected


@given(st.integers(0, SIZE_MAX))
def test_an_edge_has_one_hash_for_each_subtree_of_its_size(size: int) -> None:
    subtrees = complete_subtrees(0, size)
    assert sum(1 << subtree.level for subtree in subtrees) == size
    assert len(subtrees) == size.bit_count()


@pytest.mark.parametrize(
    ("size", "hashes"),
    [(1, ()), (3, (b"x" * 32,)), (-1, ()), (1, (b"short",)), (SIZE_MAX + 1, (b"x" * 32,))],
)
def test_an_edge_that_does_not_fit_its_size_is_refused(
    size: int, hashes: tuple[bytes, ...]
) -> None:
    with pytest.raises(EdgeError):
        Edge(size, hashes)


def test_the_empty_tree_has_the_empty_root() -> None:
    assert Edge().root == EMPTY_ROOT
