"""The phone's side of an upload: tus 1.0 in chunks, over a connection that really breaks."""

import hashlib
import socket
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, NamedTuple, Self
from uuid import UUID

import httpx
from typing_extensions import override

CHUNK_BYTES: Final = 256 * 1024
"""Small, so that a film of a minute goes in several requests and one of them can be cut."""
ATTEMPTS_MAX: Final = 5
"""Requests in a row that may fail to move the upload before the phone gives up."""
NO_PROGRESS: Final = "phone.no-progress"
"""The code of the failure that is the phone's own: it gave up."""
VERSION: Final = {"tus-resumable": "1.0.0"}

Progress = Callable[[int, int], None]
"""Called with the bytes that the server has and the bytes of the whole film."""


class UploadFailedError(Exception):
    """The server refused the film, or could not be reached often enough. `code` says why."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code

    @property
    def is_passing(self) -> bool:
        """Whether the server only asks for patience."""
        return self.status == HTTPStatus.SERVICE_UNAVAILABLE


@dataclass(frozen=True)
class UploadReport:
    """How an upload went."""

    location: str
    clip_id: UUID
    """The clip's id everywhere but in the announcement."""
    sha256: str
    """What the phone computed over its own file."""
    size_bytes: int
    sent_before_cut: int | None
    """Bytes that had left the phone when the connection was cut; None if it never was."""
    resumed_from: int | None
    """What the server said it had after the cut."""


class Announced(NamedTuple):
    """Where a film's bytes go, and what the clip is called from then on."""

    location: str
    clip_id: UUID


class Phone(AbstractContextManager["Phone"]):
    """An officer's phone with films to send."""

    def __init__(self, base_url: str, token: str, chunk_bytes: int = CHUNK_BYTES) -> None:
        headers = VERSION | {"authorization": f"Bearer {token}"}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=30)
        self._chunk_bytes = chunk_bytes

    def upload(
        self,
        path: Path,
        client_id: UUID,
        metadata: Mapping[str, str],
        on_progress: Progress | None = None,
        cut_at: int | None = None,
    ) -> UploadReport:
        """Send the film at `path` and return once the server has stored it.

        `metadata` is what the server asks for besides our own id for the clip and its digest. With
        `cut_at` the socket is closed after that many bytes of the film, in the middle of a request;
        the phone then asks how much arrived, and goes on from there. Of the cut request the server
        may lose the last 64 KiB, which its web server had not handed over.

        Raises:
            UploadFailedError: the server refused, or made no progress.
        """
        size, sha256 = path.stat().st_size, digest(path)
        announced = self.create(path, client_id, dict(metadata) | {"sha256": sha256})
        location = announced.location
        tell = on_progress or _say_nothing
        resumed_from = None
        if cut_at is not None:
            self.send(location, path, 0, cut_at - cut_at % self._chunk_bytes, tell)
            self.cut(location, path, cut_at)
            resumed_from = self.offset(location)
            tell(resumed_from, size)
        self.send(location, path, resumed_from or 0, size, tell)
        return UploadReport(location, announced.clip_id, sha256, size, cut_at, resumed_from)

    def create(self, path: Path, client_id: UUID, metadata: Mapping[str, str]) -> Announced:
        """Announce a film. Safe to repeat."""
        known = {"clip_id": str(client_id), "filename": path.name, "filetype": "video/mp4"}
        pairs = [f"{key} {_base64(value)}" for key, value in (known | dict(metadata)).items()]
        headers = {
            "upload-length": str(path.stat().st_size),
            "upload-metadata": ",".join(pairs),
        }
        answer = _checked(self._client.post("/ingest/uploads/", headers=headers))
        return Announced(answer.headers["location"], UUID(answer.headers["clip-id"]))

    def offset(self, location: str) -> int:
        """How many bytes the server has and will not ask for again."""
        answer = self._client.head(location)
        return int(_checked(answer).headers["upload-offset"])

    def send(self, location: str, path: Path, start: int, end: int, on_progress: Progress) -> None:
        """Send the bytes from `start` up to `end`, asking anew where to go on when one fails."""
        size, offset, failures = path.stat().st_size, start, 0
        with path.open("rb") as film:
            while offset < end:
                film.seek(offset)
                chunk = film.read(min(self._chunk_bytes, end - offset))
                moved = self._append(location, offset, chunk)
                failures = 0 if moved > offset else failures + 1
                if failures > ATTEMPTS_MAX:
                    raise UploadFailedError(HTTPStatus.SERVICE_UNAVAILABLE, NO_PROGRESS)
                offset = moved
                on_progress(offset, size)

    def cut(self, location: str, path: Path, cut_at: int) -> None:
        """Begin a request that promises a whole chunk, and close the socket inside it."""
        start = cut_at - cut_at % self._chunk_bytes
        with path.open("rb") as film:
            film.seek(start)
            chunk = film.read(self._chunk_bytes)
        request = self._client.build_request("PATCH", location, headers=_appending(start))
        head = [f"PATCH {location} HTTP/1.1", *(f"{k}: {v}" for k, v in request.headers.items())]
        head = [line for line in head if not line.lower().startswith("content-length")]
        head.append(f"content-length: {len(chunk)}")
        address = (request.url.host, request.url.port or 80)
        with socket.create_connection(address, timeout=30) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode() + chunk[: cut_at - start])

    def _append(self, location: str, offset: int, chunk: bytes) -> int:
        """Send one chunk and return how far the server is now."""
        try:
            answer = self._client.patch(location, headers=_appending(offset), content=chunk)
        except httpx.TransportError:
            return self.offset(location)
        if answer.status_code == HTTPStatus.CONFLICT:  # the cut request's bytes came in after all
            return int(answer.headers["upload-offset"])
        return int(_checked(answer).headers["upload-offset"])

    @override
    def __enter__(self) -> Self:
        return self

    @override
    def __exit__(self, *_: object) -> None:
        self._client.close()


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as film:
        return hashlib.file_digest(film, "sha256").hexdigest()


def _appending(offset: int) -> dict[str, str]:
    return {"content-type": "application/offset+octet-stream", "upload-offset": str(offset)}


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        code: str = answer.json()["code"] if answer.content else "unknown"
        raise UploadFailedError(answer.status_code, code)
    return answer


def _base64(value: str) -> str:
    return b64encode(value.encode()).decode()


def _say_nothing(_done: int, _size: int) -> None: ...
