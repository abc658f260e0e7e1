"""Sends one large file to S3 in parts, and goes on where a process that died had stopped."""

import hashlib
import json
import os
import re
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from threading import Lock
from typing import Any, Final

from minio.error import S3Error

from common.objects import ObjectDiffersError, fsync
from common.s3_multipart import Multipart, Slice

MIB: Final = 1024 * 1024
PART_MIN_BYTES: Final = 16 * MIB
"""Also the largest object that is sent in one piece."""
PARTS_MAX: Final = 9_000
"""S3 takes 10,000; the rest is room for a file that a later version of this cuts otherwise."""
AT_ONCE: Final = 3
ENDED: Final = frozenset({"NoSuchUpload", "PreconditionFailed"})
"""Completed, by somebody else or by us when the answer was lost; or forgotten by the store, as many
do after a day."""
NOT_THESE: Final = frozenset({"InvalidPart", "InvalidPartOrder", "EntityTooSmall"})
"""What the store says when it has other parts than it told us."""
MD5: Final = re.compile(r"[0-9a-f]{32}")


def part_bytes(size_bytes: int) -> int:
    """How large each part is but the last; the same for a file whenever it is asked."""
    return max(PART_MIN_BYTES, -(-size_bytes // (PARTS_MAX * MIB)) * MIB)


class SentParts:
    """What the store has of one file: the truth of it, whatever the store lists.

    In a file of its own, a line for each part, durable before the next thing happens. A line that a
    killed process left half is no line.
    """

    def __init__(self, path: Path | None, key: str, part_bytes: int) -> None:
        """Read what is there of the same object in parts of the same size; otherwise nothing.

        Without a `path` it is remembered as long as this lives.
        """
        self._path = path
        self._head = {"key": key, "part_bytes": part_bytes}
        self._writing = Lock()
        self.upload_id: str | None = None
        self.etags: dict[int, str] = {}
        if path and path.exists():
            self._read(path)

    def begin(self, upload_id: str) -> None:
        self.upload_id, self.etags = upload_id, {}
        if self._path:
            self._path.unlink(missing_ok=True)
            self._append(self._path, self._head | {"upload_id": upload_id})
            fsync(self._path.parent)

    def add(self, number: int, etag: str) -> None:
        with self._writing:
            if self._path:
                self._append(self._path, {"number": number, "etag": etag})
            self.etags[number] = etag

    def forget(self) -> None:
        self.upload_id, self.etags = None, {}
        if self._path:
            self._path.unlink(missing_ok=True)

    def etag(self, parts: int) -> str | None:
        """What S3 calls an object of these parts; None if that cannot be known."""
        etags = [self.etags.get(number, "") for number in range(1, parts + 1)]
        if not all(map(MD5.fullmatch, etags)):
            return None
        whole = hashlib.md5(bytes.fromhex("".join(etags)), usedforsecurity=False)
        return f"{whole.hexdigest()}-{parts}"

    def _append(self, path: Path, line: dict[str, Any]) -> None:
        with path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fdatasync(file.fileno())

    def _read(self, path: Path) -> None:
        good = 0
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True)):
            try:
                said = json.loads(line) if line.endswith(b"\n") else None
            except ValueError:
                said = None
            if said is None:
                break
            if number == 0:
                self.upload_id = said.pop("upload_id")
                if said != self._head:
                    self.upload_id = None
                    return
            else:
                self.etags[said["number"]] = said["etag"]
            good += len(line)
        os.truncate(path, good)


@dataclass(frozen=True)
class LargeFile:
    """A file on its way to S3."""

    file: int
    """Its descriptor."""
    size_bytes: int
    key: str

    @property
    def part_bytes(self) -> int:
        return part_bytes(self.size_bytes)

    @property
    def parts(self) -> int:
        return ceil(self.size_bytes / self.part_bytes)

    def part(self, number: int) -> Slice:
        start = (number - 1) * self.part_bytes
        return Slice(self.file, start, min(self.part_bytes, self.size_bytes - start))


def send(store: Multipart, film: LargeFile, sent: SentParts) -> None:
    """Send what the store lacks and put it together, unless it is there by now, or all is gone.

    Raises:
        ObjectDiffersError: the store has other parts than it told us; the next try sends all.
        StoreAwayError: the next try sends what is not in `sent`.
    """
    try:
        if sent.upload_id is None:
            sent.begin(store.begin(film.key))
        _send_missing(store, film, sent, sent.upload_id or "")
        store.complete(film.key, sent.upload_id or "", sent.etags)
    except S3Error as error:
        if error.code in NOT_THESE:
            store.abort(film.key, sent.upload_id or "")
            sent.forget()
            raise ObjectDiffersError(film.key) from error
        if error.code not in ENDED:
            raise


def _send_missing(store: Multipart, film: LargeFile, sent: SentParts, upload_id: str) -> None:
    def send_one(number: int) -> None:
        sent.add(number, store.send(film.key, upload_id, number, film.part(number)))

    missing = [number for number in range(1, film.parts + 1) if number not in sent.etags]
    with _threads() as threads:
        sending: list[Future[None]] = [threads.submit(send_one, number) for number in missing]
        for one in as_completed(sending):
            one.result()


@contextmanager
def _threads() -> Generator[ThreadPoolExecutor]:
    """Some threads that take nothing new once one of them failed."""
    threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sending")
    try:
        yield threads
    finally:
        threads.shutdown(cancel_futures=True)
