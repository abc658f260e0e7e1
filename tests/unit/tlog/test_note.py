"""A note is believed for a known key's signature, and only as a whole."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tlog.note import (
    SIGNATURES_MAX,
    KeyTextError,
    LocalSigner,
    MalformedNoteError,
    UnsignedNoteError,
    Verifier,
    WrongSignatureError,
    open_note,
    sign,
)

GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZ"
    "b6KE6RyyBwJnAM=\n"
).encode()
"""From the documentation of Go's golang.org/x/mod/sumdb/note."""


def signer(name: str, seed: int = 1) -> LocalSigner:
    return LocalSigner(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


LOG, WITNESS = signer("log.example/a"), signer("witness.example", 2)
TEXT = "log.example/a\n1\nsomething\n"
NOTE = sign(TEXT, [LOG])


def test_what_go_signed_is_accepted() -> None:
    note = open_note(GO_NOTE, [Verifier.parse(GO_KEY)])
    assert note.text.startswith("If you think")
    assert note.signed_by == {"PeterNeumann"}


def test_a_signed_text_comes_back_byte_for_byte() -> None:
    text = "第一行\n\nafter an empty line\n"
    assert open_note(sign(text, [LOG]), [LOG.verifier]).text == text


def test_a_verifier_key_survives_being_written_down() -> None:
    assert Verifier.parse(LOG.verifier.text + "\n") == LOG.verifier


def test_signatures_of_strangers_are_ignored() -> None:
    both = sign(TEXT, [WITNESS, LOG])
    assert open_note(both, [LOG.verifier]).signed_by == {LOG.name}
    assert open_note(both, [LOG.verifier, WITNESS.verifier]).signed_by == {LOG.name, WITNESS.name}
    odd = NOTE + "— other.example {}\n".format(base64.b64encode(b"any length").decode()).encode()
    assert open_note(odd, [LOG.verifier]).text == TEXT


def test_strangers_alone_convince_nobody() -> None:
    with pytest.raises(UnsignedNoteError):
        open_note(sign(TEXT, [WITNESS]), [LOG.verifier])


def test_a_key_of_the_same_name_is_a_stranger() -> None:
    with pytest.raises(UnsignedNoteError):
        open_note(sign(TEXT, [signer(LOG.name, 3)]), [LOG.verifier])


def test_one_known_key_that_fails_refuses_the_whole_note() -> None:
    other_text = sign("log.example/a\n2\nsomething\n", [LOG]).rsplit(b"\n\n")[1]
    with pytest.raises(WrongSignatureError):
        open_note(sign(TEXT, [WITNESS]) + other_text, [LOG.verifier, WITNESS.verifier])


def test_a_matching_key_id_proves_nothing() -> None:
    forged = LOG.verifier.key_id + WITNESS.sign(TEXT.encode())
    line = f"— {LOG.name} {base64.b64encode(forged).decode()}\n"
    with pytest.raises(WrongSignatureError):
        open_note(f"{TEXT}\n{line}".encode(), [LOG.verifier])


def test_a_signature_of_another_length_is_wrong() -> None:
    line = f"— {LOG.name} {base64.b64encode(LOG.verifier.key_id + b'short').decode()}\n"
    with pytest.raises(WrongSignatureError):
        open_note(f"{TEXT}\n{line}".encode(), [LOG.verifier])


def test_every_flipped_bit_is_noticed() -> None:
    for at in range(len(NOTE)):
        for bit in range(8):
            changed = bytearray(NOTE)
            changed[at] ^= 1 << bit
            with pytest.raises((MalformedNoteError, UnsignedNoteError, WrongSignatureError)):
                open_note(bytes(changed), [LOG.verifier])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n\n",
        TEXT.encode(),
        NOTE[:-1],
        NOTE.replace("—".encode(), b"--"),
        NOTE + b"\n",
        NOTE + b"not a signature\n",
        NOTE + "— log.example/a AAAA\n".encode(),
        NOTE + "— a+b AAAAAAAA\n".encode(),
        NOTE + "— a AAAAAAB=\n".encode(),
        b"\x00" + NOTE,
        b"\xff" + NOTE,
        TEXT.encode() + b"\n" + NOTE[len(TEXT) + 1 :] * (SIGNATURES_MAX + 1),
        b"x" * 1_000_001 + NOTE,
    ],
)
def test_what_is_no_note_is_refused(raw: bytes) -> None:
    with pytest.raises(MalformedNoteError):
        open_note(raw, [LOG.verifier])


@pytest.mark.parametrize("text", ["no newline", "tab\tin it\n", ""])
def test_what_cannot_be_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(MalformedNoteError):
        sign(text, [LOG])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PeterNeumann",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("Peter", "Paul"),
        GO_KEY.replace("+AR", "+AB"),
        "PeterNeumann+c74f20a3+!!!!",
        "PeterNeumann+c74f20a3+AQ==",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ÄRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_a_key_that_does_not_fit_its_own_id_is_refused(line: str) -> None:
    with pytest.raises(KeyTextError):
        Verifier.parse(line)
