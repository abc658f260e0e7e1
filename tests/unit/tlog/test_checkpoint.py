"""A checkpoint says one thing in one way, and only its own log may say it."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.support.trees import Tree, entries
from tlog import proof_file
from tlog.checkpoint import Checkpoint, CheckpointError, open_checkpoint, parse, sign_checkpoint
from tlog.note import LocalSigner, NoteError, UnsignedNoteError, sign
from tlog.proof_file import ProofFileError
from tlog.proofs import ProofError, prove_inclusion

ORIGIN = "log.example/2026"
LOG = LocalSigner(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
TREE = Tree(entries(11))
CHECKPOINT = Checkpoint(ORIGIN, 11, TREE.edge.root)
NOTE = sign_checkpoint(CHECKPOINT, LOG)
ROOT_LINE = CHECKPOINT.text.split("\n")[2]


def proof_of(index: int) -> bytes:
    return proof_file.write(index, prove_inclusion(TREE.read, index, 11), NOTE)


def test_a_checkpoint_survives_being_signed_and_opened() -> None:
    assert open_checkpoint(NOTE, LOG.verifier) == CHECKPOINT
    assert NOTE.decode().startswith(f"{ORIGIN}\n11\n{ROOT_LINE}\n\n— {ORIGIN} ")


def test_lines_that_come_later_are_allowed_and_ignored() -> None:
    assert parse(CHECKPOINT.text + "extension\n") == CHECKPOINT


def test_the_checkpoint_of_another_log_is_refused_even_under_our_signature() -> None:
    note = sign(Checkpoint("other.example", 11, TREE.edge.root).text, [LOG])
    with pytest.raises(CheckpointError, match="another log"):
        open_checkpoint(note, LOG.verifier)


def test_an_unsigned_checkpoint_is_refused() -> None:
    with pytest.raises(UnsignedNoteError):
        open_checkpoint(NOTE, LocalSigner(ORIGIN, Ed25519PrivateKey.generate()).verifier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"{ORIGIN}\n11\n",
        f"{ORIGIN}\n11\n{ROOT_LINE}",
        f"\n11\n{ROOT_LINE}\n",
        f"{ORIGIN}\n011\n{ROOT_LINE}\n",
        f"{ORIGIN}\n+11\n{ROOT_LINE}\n",
        f"{ORIGIN}\n١١\n{ROOT_LINE}\n",
        f"{ORIGIN}\n-1\n{ROOT_LINE}\n",
        f"{ORIGIN}\n9223372036854775808\n{ROOT_LINE}\n",
        f"{ORIGIN}\n{'9' * 5000}\n{ROOT_LINE}\n",
        f"{ORIGIN}\n11\n{ROOT_LINE[:-2]}==\n",
        f"{ORIGIN}\n11\nAAAA\n",
        f"{ORIGIN}\n11\n{ROOT_LINE}\n\nx\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(CheckpointError):
        parse(text)


def test_a_proof_file_proves_its_entry() -> None:
    for index, entry in enumerate(TREE.leaves):
        proved = proof_file.verify(proof_of(index), index=index, entry=entry, log=LOG.verifier)
        assert proved == CHECKPOINT


def test_a_proof_file_has_the_form_of_the_specification() -> None:
    proof = proof_file.write(7, [b"\x01" * 32], b"note\n")
    line = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
    assert proof.decode() == f"c2sp.org/tlog-proof@v1\nindex 7\n{line}\n\nnote\n"
    parsed = proof_file.parse(proof.replace(b"index", b"extra AAAA\nindex"))
    assert (parsed.index, parsed.extra) == (7, b"\x00\x00\x00")
    assert proof_file.parse(proof_file.write(0, [], b"note\n")).hashes == ()


def test_every_flipped_bit_of_a_proof_is_noticed() -> None:
    proof = proof_of(5)
    for at in range(len(proof)):
        changed = bytearray(proof)
        changed[at] ^= 1
        with pytest.raises((ProofFileError, NoteError, CheckpointError, ProofError)):
            proof_file.verify(bytes(changed), index=5, entry=TREE.leaves[5], log=LOG.verifier)


def test_a_proof_is_for_one_entry_at_one_index() -> None:
    with pytest.raises(ProofError):
        proof_file.verify(proof_of(5), index=5, entry=TREE.leaves[6], log=LOG.verifier)
    with pytest.raises(ProofError, match="another index"):
        proof_file.verify(proof_of(5), index=6, entry=TREE.leaves[6], log=LOG.verifier)


def test_a_proof_whose_root_nobody_signed_proves_nothing() -> None:
    stranger = LocalSigner(ORIGIN, Ed25519PrivateKey.generate())
    forged = Tree([b"forged"])
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, forged.edge.root), stranger)
    with pytest.raises(NoteError):
        proof_file.verify(proof_file.write(0, [], note), index=0, entry=b"forged", log=LOG.verifier)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"c2sp.org/tlog-proof@v1\n\nnote\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
        b"c2sp.org/tlog-proof@v1\nindex 00\n\nnote\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote\n",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nnote\n",
        proof_file.write(0, [b"x" * 32] * 64, b"note\n"),
    ],
)
def test_what_is_no_proof_file_is_refused(raw: bytes) -> None:
    with pytest.raises(ProofFileError):
        proof_file.parse(raw)
