"""What every part of the verifier needs: shapes, bounds, and how a check fails."""

from __future__ import annotations

import re
from typing import NamedTuple

FORMAT = "liuhen-evidence/1"
STORED, REQUESTED = "ingest.clip.stored.v1", "access.export.requested.v1"
TEXT_MAX_BYTES, LEAF_MAX_BYTES, DIGITS_MAX = 64 << 10, 65_535, 18
# What bounds the memory: an entry is two files, a file about 180 bytes of the manifest. 100 000
# entries take 200 MB, and nothing that a folder holds can make it a gigabyte.
ENTRIES_MAX = 150_000
FILES_MAX = 2 * ENTRIES_MAX + 100
MANIFEST_MAX_BYTES, PARTS_MAX = 220 * FILES_MAX, 4 * FILES_MAX
ENTRY_FILE = re.compile(r"audit/entries/(0|[1-9][0-9]{0,17})\.json")
PROOF_FILE = re.compile(r"audit/proofs/(0|[1-9][0-9]{0,17})\.tlog-proof")
OTHER_FILE = re.compile(
    r"note\.txt|verify\.py|originals/[^/]+|audit/(checkpoint|log\.vkey|stream\.json)"
)
FOLDERS = {"originals", "audit", "audit/entries", "audit/proofs", "__pycache__"}
SAFE_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SHA256 = re.compile(r"[0-9a-f]{64}")
OWN_CACHE = re.compile(r"__pycache__/verify\.cpython-[0-9]{2,4}\.pyc")
LOG_NAME = re.compile(r"[!-*,-~]{1,200}")
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
KEY_SIZE, SIGNATURE_SIZE, HASH_SIZE = 32, 64, 32
KEY_UNPROVED = (
    "日志公钥取自本文件夹,未与外部核对,请用 --vkey"
    " / the log's key is the folder's own, compared with nothing: give --vkey"
)
ONLY_LISTED = (
    "文字说明、制作时间和本程序:仅由清单列出,而清单没有签名"
    " / the note, the dates and this program: only listed by the manifest, which is unsigned;"
    " compare the manifest's SHA-256 with the one in the log"
)
NOT_PROVED = (
    "最后一条之后没有新的记录 / that the clip has no later entry: the count is the operator's word",
    "每一次操作都曾报到日志 / that every act was announced to the log at all",
    "入库之前内容的真实性,以及时间 / the truth of the content before it was stored, and the times",
    "日志对所有人出示同一历史 / that everybody is shown the same log: no witness has signed",
    ONLY_LISTED,
)


class Failed(Exception):  # noqa: N818 - what it says
    """A check that did not pass: in which file, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where


class CannotCheck(Exception):  # noqa: N818 - what it says
    """There is nothing here that could be checked."""


class Listed(NamedTuple):
    """A file of the manifest."""

    sha256: str
    size_bytes: int


class Manifest(NamedTuple):
    """What the folder says of itself."""

    export_id: str
    clip_id: str
    case_id: object
    origin: str
    vkey: str
    files: dict[str, Listed]


class Head(NamedTuple):
    """A checkpoint whose signature was verified."""

    note: bytes
    origin: str
    size: int
    root: bytes


class Entry(NamedTuple):
    """What is needed of an entry that was proved to be in the log: little, as there are many."""

    where: str
    leaf_hash: str
    stream_number: int
    stream_previous: str  # empty: none
    stored: str  # the SHA-256 of the original, where the entry says that one was stored
    asks: bool  # for this very export
