"""A running SHA-256 is hashlib's, wherever it was split, saved and taken up by another process."""

import ctypes
import hashlib
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.adapters import sha256
from ingest.adapters.sha256 import Content, Digests, OpenSsl, find_openssl
from ingest.domain.running import SavedDigest

ID = "0" * 32
KNOWN = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""Of "abc" (FIPS 180-4, the example of SHA-256)."""


@pytest.fixture
def openssl() -> OpenSsl:
    found = find_openssl()
    assert found, "this Python's hashlib stands on a library without SHA256_Init"
    return found


@pytest.fixture(params=["openssl", "hashlib"])
def digests(request: pytest.FixtureRequest) -> Digests:
    return Digests(find_openssl() if request.param == "openssl" else None)


def test_it_makes_the_digest_of_the_standard(digests: Digests) -> None:
    running = digests.begin()
    running.update(b"abc")
    assert (running.hexdigest(), running.size_bytes) == (KNOWN, 3)


def test_asking_for_the_digest_ends_nothing(digests: Digests) -> None:
    running = digests.begin()
    running.update(b"a")
    assert running.hexdigest() != KNOWN
    running.update(b"bc")
    assert running.hexdigest() == KNOWN


def test_a_copy_goes_its_own_way(digests: Digests) -> None:
    running = digests.begin()
    running.update(b"ab")
    running.copy().update(b"of a request whose checksum was wrong")
    running.update(b"c")
    assert (running.hexdigest(), running.size_bytes) == (KNOWN, 3)


@given(st.binary(max_size=400), st.data())
def test_a_saved_digest_goes_on_from_any_byte(content: bytes, data: st.DataObject) -> None:
    digests, split = Digests.open(), data.draw(st.integers(0, len(content)))
    first = digests.begin()
    first.update(content[:split])
    second = digests.resume(ID, split, first.saved())
    assert second is not None
    second.update(content[split:])
    assert second.hexdigest() == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_are_taken_wherever_they_lie(openssl: OpenSsl, kind: type[bytes]) -> None:
    content: Content = kind(b"abc")
    running = openssl.begin()
    running.update(content)
    running.update(memoryview(b"")[:0])
    assert running.hexdigest() == KNOWN


def test_memory_with_gaps_is_refused_and_not_misread(openssl: OpenSsl) -> None:
    with pytest.raises(BufferError):
        openssl.begin().update(memoryview(b"a.b.c.")[::2])


def test_only_what_the_same_library_saved_at_the_same_place_counts(openssl: OpenSsl) -> None:
    running = openssl.begin()
    running.update(b"ab")
    saved = running.saved()
    digests = Digests(openssl)
    assert digests.resume(ID, 2, saved)
    for foreign in (
        None,
        replace(saved, maker="OpenSSL 4.0.0 1 Apr 2030, little-endian"),
        replace(saved, state=saved.state[:-1]),
        replace(saved, state=saved.state + b"\0"),
        SavedDigest(saved.maker, bytes(sha256.STATE_BYTES)),
    ):
        assert digests.resume(ID, 2, foreign) is None
    # A replica of the version before this one moved the offset and left the state where it was.
    assert digests.resume(ID, 3, saved) is None


def test_another_process_goes_on_with_what_was_saved(openssl: OpenSsl) -> None:
    running = openssl.begin()
    running.update(b"ab")
    script = (
        "from ingest.adapters.sha256 import *\n"
        f"running = Digests.open().resume('', 2, {running.saved()!r})\n"
        "running.update(b'c'); print(running.hexdigest())"
    )
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == KNOWN


def test_without_the_library_a_digest_lives_as_long_as_its_process() -> None:
    digests = Digests(None)
    running = digests.begin()
    running.update(b"ab")
    assert running.saved() is None
    digests.remember(ID, running)
    running.update(b"what was never acknowledged")
    assert digests.resume(ID, 3, None) is None
    again = digests.resume(ID, 2, None)
    assert again is not None
    again.update(b"c")
    assert again.hexdigest() == KNOWN
    assert Digests(None).resume(ID, 2, None) is None


def test_no_more_digests_are_remembered_than_there_is_memory_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sha256, "REMEMBERED_MAX", 2)
    digests = Digests(None)
    running = digests.begin()
    running.update(b"x")
    for name in "abc":
        digests.remember(name, running)
    assert [digests.resume(name, 1, None) is not None for name in "abc"] == [False, True, True]


def test_a_damaged_state_never_reaches_the_library(openssl: OpenSsl) -> None:
    running = openssl.begin()
    running.update(b"ab")
    saved = running.saved()
    for at in (sha256.LENGTH_AT, sha256.LENGTH_AT + 4, sha256.HELD_AT, sha256.HELD_AT + 4):
        for bit in range(8):
            damaged = bytearray(saved.state)
            damaged[at] ^= 1 << bit
            assert openssl.restored(replace(saved, state=bytes(damaged)), 2) is None


class Unfit(OpenSsl):
    """A library whose state is not what ours is taken for: it begins by changing one byte."""

    def __init__(self, at: int) -> None:
        library = ctypes.CDLL(getattr(sys.modules["_hashlib"], "__file__", None))
        super().__init__(library)
        begin = self._init

        def begin_otherwise(state: ctypes.Array[ctypes.c_char]) -> None:
            begin(state)
            state[at] = b"\xee"

        self._init = begin_otherwise


@pytest.mark.parametrize("at", [0, sha256.LENGTH_AT, sha256.STATE_BYTES])
def test_a_library_that_works_otherwise_is_found_out(at: int) -> None:
    assert Unfit(at).fault() is not None


def test_a_library_without_the_functions_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(_name: str | None) -> SimpleNamespace:
        return SimpleNamespace(SHA256_Init=SimpleNamespace())

    monkeypatch.setattr(sha256.ctypes, "CDLL", lacking)
    find_openssl.cache_clear()
    try:
        assert find_openssl() is None
    finally:
        find_openssl.cache_clear()
