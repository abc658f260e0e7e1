"""The IETF's resumable uploads as they stand in requests and answers. Knows no upload.

draft-ietf-httpbis-resumable-upload: interop version 6 is -05 and 8 is -09 to -11. What iOS sends
(URLSession), and tus-js-client if it is told to.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Header, Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from common.errors import AppError
from ingest.errors import (
    ChecksumDiffersError,
    CompletedError,
    ContentDigestDiffersError,
    ContentTypeError,
    DigestDiffersError,
    HeaderInvalidError,
    InteropVersionError,
    LengthInvalidError,
    OffsetDiffersError,
    PausedError,
    UploadGoneError,
    UploadInterruptedError,
    UploadUnknownError,
)
from ingest.routes import bodies

OLD: Final = 6
"""What iOS 18 speaks."""
VERSIONS: Final = (OLD, 8)
CHUNK: Final = "application/partial-upload"
RESUMPTION: Final = 104
SENT: Final = (
    "Content-Digest",
    "Repr-Digest",
    "Upload-Complete",
    "Upload-Draft-Interop-Version",
)
"""Headers that a page of another origin may send, besides those of tus."""
READ: Final = ("Repr-Digest", "Upload-Complete", "Upload-Limit", "Want-Repr-Digest")
"""Headers that such a page may read."""
INNER: Final = "/rufh"
"""Where the routes are of requests that speak this; outside, nobody sees it."""
_PROBLEMS: Final = "https://iana.org/assignments/http-problem-types#"
_METHODS: Final = frozenset({"OPTIONS", "POST", "HEAD", "PATCH", "DELETE"})
_BOOLEAN: Final = re.compile(r"\?([01])(?:;.*)?")
_INTEGER: Final = re.compile(r"([0-9]{1,15})(?:;.*)?")
_MAX_AGE: Final = {OLD: "expires", 8: "max-age"}


def version(upload_draft_interop_version: Annotated[str, Header()] = "") -> int:
    """Which draft is spoken.

    Raises:
        InteropVersionError: none of ours.
    """
    found = _INTEGER.fullmatch(upload_draft_interop_version)
    if found is None or int(found[1]) not in VERSIONS:
        raise InteropVersionError(VERSIONS)
    return int(found[1])


def limit(version: int, size_max_bytes: int, seconds_left: int | None) -> str:
    """`Upload-Limit`: how long a film may be, and for how long an upload waits for bytes."""
    limits = {"max-size": size_max_bytes}
    if seconds_left is not None:
        limits[_MAX_AGE[version]] = seconds_left
    return ", ".join(f"{name}={value}" for name, value in limits.items())


def boolean(*, value: bool) -> str:
    return f"?{int(value)}"


def is_complete(headers: Headers) -> bool:
    """Whether this request's body is the last of the film: nothing else says that it is.

    Raises:
        HeaderInvalidError: it is not said.
    """
    found = _BOOLEAN.fullmatch(headers.get("upload-complete", ""))
    if found is None:
        raise HeaderInvalidError(header="Upload-Complete")
    return found[1] == "1"


def offset(headers: Headers) -> int:
    found = _integer(headers, "Upload-Offset")
    if found is None:
        raise HeaderInvalidError(header="Upload-Offset")
    return found


def length(headers: Headers, offset: int) -> int | None:
    """How long the film will be, if a request whose bytes begin at `offset` tells.

    Raises:
        LengthInvalidError: two headers tell different lengths, or that there will be nothing.
    """
    told = _integer(headers, "Upload-Length")
    content = _integer(headers, "Content-Length")
    if content is not None and is_complete(headers):
        ends_at = offset + content
        if told not in {None, ends_at}:
            raise LengthInvalidError
        told = ends_at
    if told == 0:
        raise LengthInvalidError
    return told


def expect_chunk(headers: Headers) -> None:
    """Refuse to append what is not called a part of a film."""
    if headers.get("content-type") != CHUNK:
        raise ContentTypeError(CHUNK)


def expect_plain(headers: Headers) -> None:
    """Refuse compressed bytes: a film's digest is of what was filmed."""
    if headers.get("content-encoding", "identity") != "identity":
        raise ContentTypeError(CHUNK)


def expect_none(version: int, headers: Headers, *names: str) -> None:
    """Refuse headers that -05 forbids with a question or an end ("Offset Retrieval")."""
    for name in names:
        if version == OLD and name in headers:
            raise HeaderInvalidError(name, "此请求不得带这一请求头")


def _integer(headers: Headers, name: str) -> int | None:
    value = headers.get(name)
    if value is None:
        return None
    found = _INTEGER.fullmatch(value)
    if found is None:
        raise HeaderInvalidError(header=name)
    return int(found[1])


class Body:
    """The bytes of a request but the first `skipped`, which are here from an earlier try."""

    def __init__(self, request: Request, skipped: int = 0) -> None:
        self._body = bodies.Body(request)
        self._to_skip = skipped
        self.is_whole = False
        """Whether the client came to its end."""

    async def more(self) -> bool:
        has_more = await self._body.more()
        self.is_whole = not has_more
        return has_more

    def here(self) -> Iterator[memoryview]:
        for piece in self._body.here():
            known = min(self._to_skip, len(piece))
            self._to_skip -= known
            yield piece[known:]


@contextmanager
def problems(version: int, limit: str, provided: int | None = None) -> Generator[None]:
    """Say failures as the draft does, where it has words of its own; ours stay beside them.

    `provided` is the offset that the client believed in.
    """
    try:
        yield
    except AppError as error:
        said = _rephrased(error, version)
        if isinstance(said, OffsetDiffersError):
            said.members["expected-offset"] = said.members["offset"]
            said.members["provided-offset"] = provided
        if said.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            said.headers["Upload-Limit"] = limit
        raise said from error.__cause__


def _rephrased(error: AppError, version: int) -> AppError:
    match error:
        case OffsetDiffersError():
            return _called(error, "mismatching-upload-offset", is_complete=False)
        case LengthInvalidError():
            return _called(error, "inconsistent-upload-length", is_complete=False)
        case CompletedError():
            return _called(error, "completed-upload", is_complete=True)
        case DigestDiffersError():
            error.headers["Upload-Complete"] = boolean(value=True)
        case ContentTypeError():
            error.headers["Accept-Patch"] = CHUNK
        case _:
            return _exchanged(error, version)
    return error


def _exchanged(error: AppError, version: int) -> AppError:
    """Another failure where the one that tus wants would be taken for something else."""
    match error:
        case UploadInterruptedError():
            return PausedError(int(error.headers["Upload-Offset"]))
        case ChecksumDiffersError():
            differs = ContentDigestDiffersError()
            differs.headers["Upload-Offset"] = error.headers["Upload-Offset"]
            return differs
        case UploadGoneError() if (
            version == OLD
        ):  # its "Offset Retrieval": "MUST respond with a 404"
            return UploadUnknownError()
        case _:
            return error


def _called(error: AppError, problem: str, *, is_complete: bool) -> AppError:
    error.members["type"] = _PROBLEMS + problem
    error.headers["Upload-Complete"] = boolean(value=is_complete)
    return error


def described(size_max_bytes: int, seconds_left: int) -> Mapping[str, str]:
    """What a server says of itself. Before a version is named, in the newest one's words."""
    newest = max(VERSIONS)
    return {"Accept-Patch": CHUNK, "Upload-Limit": limit(newest, size_max_bytes, seconds_left)}


class Rufh:
    """ASGI middleware: leads who speaks this to routes of its own, at the addresses of tus.

    Who says the version of tus speaks tus, whatever the phone's system adds to its requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in _METHODS:
            root, headers = scope.get("root_path", ""), Headers(scope=scope)
            place = scope["path"].removeprefix(root)
            is_meant = "upload-draft-interop-version" in headers and "tus-resumable" not in headers
            if is_meant and place.startswith("/uploads/"):
                scope["path"] = f"{root}{INNER}{place.removeprefix('/uploads')}"
        await self._app(scope, receive, send)
