"""The verifier stands alone: one file, plain Python, and its own Ed25519, which is the RFC's."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.support.evidence import evidence, flipped
from tests.support.trees import Tree, entries
from tests.support.verifier import verify
from tlog.merkle import leaf_hash
from tlog.proof_file import write
from tlog.proofs import prove_inclusion
from verifier import one_file

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


@pytest.mark.parametrize("encoding", ["utf-8", "cp936", "ascii"])
def test_it_runs_from_the_folder_on_any_console(tmp_path: Path, encoding: str) -> None:
    folder = evidence(tmp_path / "evidence").folder
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8=0", "verify.py"],
        cwd=folder,
        env={"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 0, answer
    assert b"VERIFIED" in answer.stdout


def test_it_needs_nothing_but_python_3_8() -> None:
    tree = ast.parse(one_file(), feature_version=(3, 8))
    imported = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        (node.module or "").partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    assert imported <= sys.stdlib_module_names


def test_a_key_must_have_its_own_id() -> None:
    assert verify.parse_vkey("f", GO_KEY)[0] == "PeterNeumann"
    with pytest.raises(verify.Failed):
        verify.parse_vkey("f", GO_KEY.replace("c74f20a3", "c74f20a4"))


def test_a_proof_of_another_length_is_refused_even_if_it_leads_to_the_root() -> None:
    tree = Tree(entries(4))
    leaf, path = leaf_hash(tree.leaves[0]), prove_inclusion(tree.read, 0, 4)
    assert verify.climb("f", path, 0, 4, leaf) == tree.edge.root
    for wrong in (path[:1], [*path, b"x" * 32]):
        with pytest.raises(verify.Failed):
            verify.climb("f", wrong, 0, 4, leaf)
    with pytest.raises(verify.Failed):
        verify.climb("f", path, 4, 4, leaf)


def test_a_hash_of_another_length_is_refused() -> None:
    head = verify.Head(b"note\n", "log", 2, b"")
    assert verify.read_proof("f", write(0, [b"x" * 32], head.note), 0, head) == [b"x" * 32]
    with pytest.raises(verify.Failed):
        verify.read_proof("f", write(0, [b"x" * 33], head.note), 0, head)


@pytest.mark.parametrize(
    "lie", [{}, {"v": 2}, {"origin": "other"}, {"number": 1}, {"stream": "t"}, {"stream": 7}]
)
def test_an_entry_must_say_where_it_stands(tmp_path: Path, lie: dict[str, object]) -> None:
    said: dict[str, object] = {
        "v": 1,
        "origin": "log",
        "number": 0,
        "received": {},
        "body": "",
        "stream": "s",
    }
    leaf = json.dumps({**said, "stream_number": 1, **lie}).encode()
    head = verify.Head(b"note\n", "log", 1, leaf_hash(leaf))
    content = {"entries/0.json": leaf, "proofs/0.tlog-proof": write(0, [], head.note)}
    for path, raw in content.items():
        (tmp_path / "audit" / path).parent.mkdir(parents=True)
        (tmp_path / "audit" / path).write_bytes(raw)
    files = {f"audit/{path}": verify.Listed("", 0) for path in content}
    manifest = verify.Manifest("", "s", None, "log", "", files)
    if not lie:
        assert verify.check_entry(tmp_path, manifest, head, 0).stream_number == 1
        return
    with pytest.raises(verify.Failed):
        verify.check_entry(tmp_path, manifest, head, 0)


RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.mark.parametrize(("key", "message", "signature"), RFC_8032)
def test_its_ed25519_is_that_of_the_rfc(key: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(part) for part in (key, signature, message)]
    assert verify.ed25519_made(*parts)
    for at in (0, 1):
        wrong = list(parts)
        wrong[at] = flipped(wrong[at], 3)
        assert not verify.ed25519_made(*wrong)
    assert not verify.ed25519_made(parts[0], parts[1], parts[2] + b"x")


def test_a_point_is_written_in_one_way_only() -> None:
    neutral = verify.encode_point(verify.NEUTRAL)
    assert verify.decode_point(neutral) == verify.NEUTRAL
    assert verify.decode_point((verify.P + 1).to_bytes(32, "little")) is None


@given(st.binary(max_size=64))
def test_its_ed25519_agrees_with_the_library_and_knows_one_signature_only(message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify.ed25519_made(public, signature, message)
    scalar = int.from_bytes(signature[32:], "little") + verify.ORDER
    assert not verify.ed25519_made(public, signature[:32] + scalar.to_bytes(32, "little"), message)
    assert not verify.ed25519_made(public, signature + b"\x00", message)
    assert not verify.ed25519_made(b"\xff" * 32, signature, message)
