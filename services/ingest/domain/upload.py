"""What an upload is, and how far. Pure."""

import re
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, TypeVar
from uuid import UUID

from ingest.domain.announcement import MetadataError

ID_BYTES: Final = 16
"""Of an upload's id, which is their hexadecimal form and is guessed by nobody."""


class UploadState(StrEnum):
    """How far an upload is; it only ever moves on."""

    RECEIVING = "receiving"
    RECEIVED = "received"  # every byte is durable in the spool; not yet checked and kept
    PART = "part"  # the same of a part, which waits to be joined to others
    JOINED = "joined"  # a part whose bytes are in the spool as those of a whole film
    STORED = "stored"
    QUARANTINED = "quarantined"
    TERMINATED = "terminated"  # by who began it, before it was complete
    EXPIRED = "expired"  # nothing came for too long


def is_id(text: str) -> bool:
    """Whether an upload may have this id: what comes in an address may hold anything."""
    return re.fullmatch(rf"[0-9a-f]{{{2 * ID_BYTES}}}", text) is not None


ALGORITHMS: Final = {"sha1": 20, "sha256": 32}
"""What `Upload-Checksum` may be made by, with the bytes of a digest. tus 1.0 demands the first."""


@dataclass(frozen=True)
class Checksum:
    """What a client says of the bytes of one request."""

    algorithm: str
    digest: bytes

    @classmethod
    def of(cls, header: str) -> Self:
        """Read `Upload-Checksum: ALGORITHM BASE64`.

        Raises:
            MetadataError: another algorithm, or no digest of it.

        Source: tus 1.0, "Upload-Checksum".
        """
        algorithm, _, value = header.partition(" ")
        try:
            digest = b64decode(value, validate=True)
        except ValueError as error:
            raise MetadataError from error
        if ALGORITHMS.get(algorithm) != len(digest):
            raise MetadataError
        return cls(algorithm, digest)


PARTIAL: Final = "partial"


@dataclass(frozen=True)
class Upload:
    """A film on its way in. `offset` bytes are durable and will not be asked for again."""

    upload_id: str
    clip_id: UUID
    agency_id: UUID
    uploaded_by: UUID
    sha256: str | None
    """As announced; None for a part."""
    size_bytes: int | None
    """None: its client does not know yet (tus 1.0, "Upload-Defer-Length")."""
    offset: int
    state: UploadState
    moved_at: datetime
    """When its last byte came, or when it began."""
    concat: str | None = None
    """`Upload-Concat` as its client said it: `partial`, `final;…`, or nothing."""
    device_no: str | None = None
    """As announced; None for a part."""

    @property
    def is_part(self) -> bool:
        """Whether it is to be joined to others; its `clip_id` is then an id of its own."""
        return self.concat == PARTIAL

    @property
    def is_gone(self) -> bool:
        """Whether it was ended before it was complete, or is part of a film by now."""
        return self.state in {UploadState.TERMINATED, UploadState.EXPIRED, UploadState.JOINED}

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still end without becoming a film."""
        return self.state in {UploadState.RECEIVING, UploadState.PART}

    def advanced(self, by: int, now: datetime) -> Self:
        """The upload after `by` more bytes became durable."""
        return _seen_whole(replace(self, offset=self.offset + by, moved_at=now))

    def declared(self, size_bytes: int) -> Self:
        """The upload once its client knows its length."""
        return _seen_whole(replace(self, size_bytes=size_bytes))

    def ended(self, state: UploadState) -> Self:
        """The upload without its bytes, once it was terminated or has expired."""
        return replace(self, offset=0, state=state)

    def kept(self, sha256: str) -> Self:
        """The upload once its bytes are kept under `sha256`."""
        same = sha256 == self.sha256
        return replace(self, state=UploadState.STORED if same else UploadState.QUARANTINED)


U = TypeVar("U", bound=Upload)


def _seen_whole(upload: U) -> U:
    if upload.offset != upload.size_bytes:
        return upload
    return replace(upload, state=UploadState.PART if upload.is_part else UploadState.RECEIVED)
