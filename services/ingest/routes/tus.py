"""tus 1.0 as it stands in requests and answers: headers, methods, versions. Knows no upload."""

import re
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Final

from fastapi import Header, Request
from pydantic import ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import advised
from ingest.domain.announcement import Announcement, MetadataError, Secrecy, read_metadata
from ingest.domain.upload import ALGORITHMS, Checksum, is_id
from ingest.errors import (
    SHOULD_BE,
    ChecksumAlgorithmError,
    ContentTypeError,
    DigestConflictError,
    HeaderInvalidError,
    MetadataInvalidError,
    ProtocolVersionError,
)
from ingest.operations.intake import Chunk
from ingest.routes import bodies, digests

VERSION: Final = "1.0.0"
EXTENSIONS: Final = (
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,"
    "concatenation"
)
CHUNK: Final = "application/offset+octet-stream"
SENT: Final = (
    "Authorization",
    "Content-Type",
    "Prefer",
    "Tus-Resumable",
    "Upload-Checksum",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "X-HTTP-Method-Override",
)
"""Headers that a page of another origin may send."""
READ: Final = (
    "Clip-Id",
    "Clip-Original",
    "Location",
    "Retry-After",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Concat",
    "Upload-Defer-Length",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
)
"""Headers that such a page may read."""
PARTS_MAX: Final = 1_000
_METADATA: Final = SHOULD_BE["Upload-Metadata"]
_NUMBER: Final = re.compile(r"[0-9]{1,18}")


def prefers_entry(prefer: str) -> bool:
    """Whether a client would rather not send a film that is kept already. Source: RFC 7240."""
    return "resubmission" in {word.strip().lower() for word in prefer.split(",")}


def spoken(tus_resumable: Annotated[str, Header()] = "") -> None:
    """Refuse who does not speak this version."""
    if tus_resumable != VERSION:
        raise ProtocolVersionError


def described(size_max_bytes: int) -> dict[str, str]:
    """What this server understands."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(size_max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def expires(at: datetime) -> str:
    """An instant as `Upload-Expires` wants it (RFC 9110, 5.6.7)."""
    return format_datetime(at, usegmt=True)


def number(header: str, value: str, least: int = 0) -> int:
    if not _NUMBER.fullmatch(value) or int(value) < least:
        raise HeaderInvalidError(header=header)
    return int(value)


def length(upload_length: str | None, upload_defer_length: str | None) -> int | None:
    """How long an upload will be; None where its client will say so later."""
    if upload_length is None and upload_defer_length == "1":
        return None
    if upload_defer_length is not None:
        raise HeaderInvalidError(header="Upload-Defer-Length")
    return number("Upload-Length", upload_length or "", least=1)


def secrecy(header: str | None) -> Secrecy:
    """What is said of secrets with a part, whose other words are of no consequence."""
    if not header:
        return Secrecy.NONE
    try:
        return Secrecy(read_metadata(header).get("secrecy", Secrecy.NONE))
    except ValueError as error:  # which MetadataError is
        raise HeaderInvalidError(header="Upload-Metadata") from error


def parts(upload_concat: str) -> list[str]:
    """The ids of the parts that `Upload-Concat: final;URL URL…` names."""
    kind, _, addresses = upload_concat.partition(";")
    ids = [address.rstrip("/").rpartition("/")[2] for address in addresses.split()]
    if kind != "final" or not 0 < len(ids) <= PARTS_MAX or not all(map(is_id, ids)):
        raise HeaderInvalidError(header="Upload-Concat")
    return ids


def announcement(header: str, sha256: str | None = None) -> Announcement:
    """What `Upload-Metadata` says of a film, whose digest may be said by a header of its own.

    Raises:
        HeaderInvalidError, MetadataInvalidError: it is odd, or not what an announcement needs.
        DigestConflictError: both say a digest, and not the same.
    """
    if not header:
        raise HeaderInvalidError("Upload-Metadata", f"缺少此请求头；{_METADATA}")
    try:
        pairs = dict(read_metadata(header))
        if sha256 is not None and pairs.setdefault("sha256", sha256) != sha256:
            raise DigestConflictError
        return Announcement.model_validate(pairs)
    except MetadataError as error:
        said = f"{error.key} 重复，或其值不是 UTF-8 文字的 base64；{_METADATA}" if error.key else ""
        raise HeaderInvalidError("Upload-Metadata", said) from error
    except ValidationError as error:
        raise MetadataInvalidError(
            "Upload-Metadata 各项的写法见 docs/uploading.md", fields=advised(error.errors())
        ) from error


def chunk(request: Request, offset: int) -> Chunk:
    """The bytes that a request brings, from `offset` on; none is read yet.

    Raises:
        ContentTypeError, HeaderInvalidError, ChecksumAlgorithmError: the headers are odd.
    """
    headers = request.headers
    is_plain = headers.get("content-encoding", "identity") == "identity"
    if headers.get("content-type") != CHUNK or not is_plain:
        raise ContentTypeError(CHUNK)
    sent = headers.get("content-length")
    checksum = headers.get("upload-checksum")
    try:
        said = Checksum.of(checksum) if checksum is not None else None
    except MetadataError as error:
        raise ChecksumAlgorithmError(algorithms=list(ALGORITHMS)) from error
    announced = None if sent is None else number("Content-Length", sent)
    total = headers.get("upload-length")
    learnt = None if total is None else number("Upload-Length", total, least=1)
    digest = digests.of_film(headers)
    return Chunk(offset, announced, bodies.Body(request), said, learnt, sha256=digest)


class Tus:
    """ASGI middleware: what holds for every request about uploads, and every answer.

    Answers say the protocol's version, refusals too. A POST may stand for another method, for
    clients that are not let through with it (`X-HTTP-Method-Override`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "/uploads" not in scope["path"]:
            await self._app(scope, receive, send)
            return

        async def versioned(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        meant = Headers(scope=scope).get("x-http-method-override", "").upper()
        if scope["method"] == "POST" and meant in {"PATCH", "DELETE", "HEAD"}:
            scope["method"] = meant
        await self._app(scope, receive, versioned)
