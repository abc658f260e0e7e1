"""SHA-256 that can be put down and taken up again: OpenSSL's own state, or hashlib's in memory."""

import ctypes
import hashlib
import logging
import struct
import sys
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias

from ingest.domain.running import SavedDigest

Content: TypeAlias = bytes | bytearray | memoryview

STATE_BYTES: Final = 112
"""Of a SHA256_CTX: eight words, the length in bits, a block and how much of it is held, the length
of the digest (openssl/sha.h)."""
LENGTH_AT: Final = 32
HELD_AT: Final = 104
BLOCK_BYTES: Final = 64
DIGEST_BYTES: Final = 32
REMEMBERED_MAX: Final = 10_000
"""Of hashlib's, which cannot be saved: half a kilobyte each. One that is forgotten is made anew of
the film's bytes."""

logger = logging.getLogger(__name__)


class Running(Protocol):
    """A SHA-256 of the bytes so far. Not for two threads at once."""

    size_bytes: int
    """How many these are."""

    def update(self, content: Content) -> None: ...
    def copy(self) -> "Running": ...
    def hexdigest(self) -> str:
        """The digest if nothing more came; more may come."""
        ...

    def saved(self) -> SavedDigest | None:
        """What another process needs to go on; None where nothing can be saved."""
        ...


class OpenSsl:
    """The library that hashlib itself stands on.

    Its SHA256_Init, _Update and _Final are deprecated since OpenSSL 3.0 and may be missing or made
    otherwise some day: `fault` finds that out before anything depends on it.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        """Find the functions.

        Raises:
            AttributeError: one is missing.
        """
        self._init = library.SHA256_Init
        self._init.argtypes = [ctypes.c_void_p]
        self._update = library.SHA256_Update
        self._update.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t]
        self._final = library.SHA256_Final
        self._final.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        version = library.OpenSSL_version
        version.argtypes, version.restype = [ctypes.c_int], ctypes.c_char_p
        said: bytes = version(0)
        self.maker = f"{said.decode()}, {sys.byteorder}-endian"

    def begin(self) -> "OpenSslSha256":
        state = ctypes.create_string_buffer(STATE_BYTES)
        self._init(state)
        return OpenSslSha256(self, state, 0)

    def restored(self, saved: SavedDigest | None, size_bytes: int) -> "OpenSslSha256 | None":
        """Go on after `size_bytes` bytes; None unless `saved` says just that in our own words."""
        if saved is None or saved.maker != self.maker or len(saved.state) != STATE_BYTES:
            return None
        low, high = struct.unpack_from("=II", saved.state, LENGTH_AT)
        held, length = struct.unpack_from("=II", saved.state, HELD_AT)
        said = (high << 32 | low, held, length)
        if said != (size_bytes * 8, size_bytes % BLOCK_BYTES, DIGEST_BYTES):
            return None  # the library would believe it, and write behind its own memory
        state = ctypes.create_string_buffer(saved.state, STATE_BYTES)
        return OpenSslSha256(self, state, size_bytes)

    def update(self, state: ctypes.Array[ctypes.c_char], content: Content) -> None:
        """Take `content` where it lies; other threads run meanwhile."""
        view = _Buffer()
        _get_buffer(content, ctypes.byref(view), 0)
        try:
            self._update(state, view.buf, view.len)
        finally:
            _release_buffer(ctypes.byref(view))

    def hexdigest(self, state: ctypes.Array[ctypes.c_char]) -> str:
        ended = ctypes.create_string_buffer(state.raw, len(state))
        digest = ctypes.create_string_buffer(DIGEST_BYTES)
        self._final(digest, ended)
        return digest.raw.hex()

    def fault(self) -> str | None:
        """Try it: an empty digest, one that is split, saved and restored, and the memory behind.

        Source: of the words, hashlib; of the length of the state, openssl/sha.h.
        """
        behind = bytes(range(STATE_BYTES))
        state = ctypes.create_string_buffer(bytes(STATE_BYTES) + behind, 2 * STATE_BYTES)
        self._init(state)
        content = bytes(range(256)) * 3
        self.update(state, content[:300])
        if state.raw[STATE_BYTES:] != behind:
            return "its state is longer than ours"
        saved = SavedDigest(self.maker, state.raw[:STATE_BYTES])
        running = self.restored(saved, 300)
        if running is None:
            return "its state says another length"
        running.update(memoryview(content)[300:])
        right = hashlib.sha256(content).hexdigest()
        if running.hexdigest() != right or running.hexdigest() != right:
            return "a restored state leads to another digest"
        if self.begin().hexdigest() != hashlib.sha256().hexdigest():
            return "it makes another digest of nothing"
        return None


class OpenSslSha256:
    """A running digest whose state can be saved."""

    def __init__(
        self, library: OpenSsl, state: ctypes.Array[ctypes.c_char], size_bytes: int
    ) -> None:
        self._library = library
        self._state = state
        self.size_bytes = size_bytes

    def update(self, content: Content) -> None:
        self._library.update(self._state, content)
        self.size_bytes += len(content)

    def copy(self) -> "OpenSslSha256":
        state = ctypes.create_string_buffer(self._state.raw, STATE_BYTES)
        return OpenSslSha256(self._library, state, self.size_bytes)

    def hexdigest(self) -> str:
        return self._library.hexdigest(self._state)

    def saved(self) -> SavedDigest:
        return SavedDigest(self._library.maker, self._state.raw)


class PlainSha256:
    """A running digest of hashlib, which ends with its process."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0

    def update(self, content: Content) -> None:
        self._sha256.update(content)
        self.size_bytes += len(content)

    def copy(self) -> "PlainSha256":
        same = PlainSha256()
        same._sha256, same.size_bytes = self._sha256.copy(), self.size_bytes
        return same

    def hexdigest(self) -> str:
        return self._sha256.hexdigest()

    def saved(self) -> None:
        return None


class Digests:
    """The running digests of the uploads of this process."""

    def __init__(self, openssl: OpenSsl | None) -> None:
        self._openssl = openssl
        self._remembered: OrderedDict[str, Running] = OrderedDict()
        self._mutex = Lock()

    @classmethod
    def open(cls) -> "Digests":
        return cls(find_openssl())

    def begin(self) -> Running:
        return self._openssl.begin() if self._openssl else PlainSha256()

    def resume(self, upload_id: str, size_bytes: int, saved: SavedDigest | None) -> Running | None:
        """The digest of an upload's first `size_bytes` bytes; None if only they can tell it."""
        if size_bytes == 0:
            return self.begin()
        if self._openssl:
            return self._openssl.restored(saved, size_bytes)
        with self._mutex:
            known = self._remembered.get(upload_id)
        return known.copy() if known and known.size_bytes == size_bytes else None

    def remember(self, upload_id: str, running: Running) -> None:
        """Keep a digest that cannot be saved for the next request."""
        if self._openssl is None:
            with self._mutex:
                self._remembered[upload_id] = running.copy()
                self._remembered.move_to_end(upload_id)
                if len(self._remembered) > REMEMBERED_MAX:
                    self._remembered.popitem(last=False)


@cache
def find_openssl() -> OpenSsl | None:
    """The library of hashlib if it holds what is asked of it, tried once in each process."""
    try:
        hashlibs = sys.modules["_hashlib"]
        openssl = OpenSsl(ctypes.CDLL(getattr(hashlibs, "__file__", None)))
        fault = openssl.fault()
    except (KeyError, OSError, AttributeError) as error:
        openssl, fault = None, str(error)
    if fault:
        logger.warning("running digests cannot be saved", extra={"reason": fault})
        return None
    return openssl


class _Buffer(ctypes.Structure):
    """Py_buffer (docs.python.org, "Buffer Protocol"): where the bytes of an object lie."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.c_void_p),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


_get_buffer: Final[Any] = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = [ctypes.py_object, ctypes.c_void_p, ctypes.c_int]
_release_buffer: Final[Any] = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = [ctypes.c_void_p]
_release_buffer.restype = None
