"""What an upload is, and how far. Pure."""

import re
from base64 import b64decode
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self, TypeVar
from uuid import UUID

from ingest.domain.announcement import MetadataError
from ingest.domain.running import SavedDigest

SECRET_BYTES: Final = 16
"""Of an upload's id, in hexadecimal form: it is guessed by nobody."""
SECRET_DIGITS: Final = 2 * SECRET_BYTES
REPLICA_DIGITS: Final = 4
"""Before it, and of its spool's replica: `settings.replica` has no more."""


class UploadState(StrEnum):
    """How far an upload is; it only ever moves on, and back from quarantine by a person's word."""

    RECEIVING = "receiving"
    RECEIVED = "received"  # every byte is durable in the spool; not yet checked and kept
    PART = "part"  # the same of a part, which waits to be joined to others
    JOINED = "joined"  # a part whose bytes are in the spool as those of a whole film
    STORED = "stored"
    QUARANTINED = "quarantined"
    TERMINATED = "terminated"  # by who began it, before it was complete
    EXPIRED = "expired"  # nothing came for too long
    RESUBMITTED = "resubmitted"  # its film is kept already, under another clip's id


GONE: Final = frozenset({UploadState.TERMINATED, UploadState.EXPIRED, UploadState.JOINED})
"""It was ended before it was complete, or is part of a film by now."""
KEPT: Final = frozenset({UploadState.STORED, UploadState.QUARANTINED, UploadState.RESUBMITTED})


def is_id(text: str) -> bool:
    """Whether an upload may have this id: what comes in an address may hold anything."""
    shape = rf"([0-9a-f]{{{REPLICA_DIGITS}}})?[0-9a-f]{{{SECRET_DIGITS}}}"
    return re.fullmatch(shape, text) is not None


def id_at(replica: int, secret: bytes) -> str:
    """The id of an upload whose bytes lie in the spool of `replica`. Source: ADR 0023."""
    return f"{replica:0{REPLICA_DIGITS}x}{secret.hex()}"


def replica_of(upload_id: str) -> int:
    """In whose spool an upload's bytes lie. Ids of the time before there were several say nothing.

    Source: ADR 0023.
    """
    return int(upload_id[:-SECRET_DIGITS] or "0", 16)


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
    """Of the whole film as its client says it; None while it has not, and for a part."""
    size_bytes: int | None
    """None: its client does not know yet (tus 1.0, "Upload-Defer-Length")."""
    offset: int
    state: UploadState
    moved_at: datetime
    """When its last byte came, or when it began."""
    concat: str | None = None
    """`Upload-Concat` as its client said it: `partial`, `final;…`, or nothing."""
    running: SavedDigest | None = None
    """The SHA-256 of the first `offset` bytes, where it could be saved."""
    original_id: UUID | None = None
    """The kept clip of which this one is a re-submission."""
    device_no: str | None = None
    """As announced; None for a part."""
    kept_as: str | None = None
    """The SHA-256 of the kept bytes, by our own reading; None while none are kept."""
    metadata_said: str | None = field(default=None, repr=False)
    """`Upload-Metadata` as its client said it, of a part, too. It holds names: never in a log."""

    @property
    def is_part(self) -> bool:
        """Whether it is to be joined to others; its `clip_id` is then an id of its own."""
        return self.concat == PARTIAL

    @property
    def is_gone(self) -> bool:
        """Whether it was ended before it was complete, or is part of a film by now."""
        return self.state in GONE

    @property
    def is_unfinished(self) -> bool:
        """Whether it may still end without becoming a film."""
        return self.state in {UploadState.RECEIVING, UploadState.PART}

    @property
    def is_kept(self) -> bool:
        """Whether its bytes or its original's are in the store, whatever a spool holds."""
        return self.state in KEPT

    @property
    def awaits_word(self) -> bool:
        """Whether every announced byte is here, and its client has yet to say that this is all."""
        return self.state is UploadState.RECEIVING and self.offset == self.size_bytes

    @property
    def awaits_digest(self) -> bool:
        """Whether nobody has said yet what its bytes should be."""
        return self.sha256 is None and not self.is_part and not self.is_gone

    def advanced(
        self,
        by: int,
        now: datetime,
        running: SavedDigest | None = None,
        *,
        is_last: bool = True,
    ) -> Self:
        """The upload after `by` more bytes became durable, by the last request or one before it."""
        moved = replace(self, offset=self.offset + by, moved_at=now, running=running)
        return _seen_whole(moved) if is_last else moved

    def declared(self, size_bytes: int, *, is_last: bool = True) -> Self:
        """The upload once its client knows its length."""
        sized = replace(self, size_bytes=size_bytes)
        return _seen_whole(sized) if is_last else sized

    def ended(self, state: UploadState) -> Self:
        """The upload without its bytes and words, once it was terminated or has expired.

        Where nobody has said its length, that is what came: so much of a day's share was used.
        """
        size_bytes = self.offset if self.size_bytes is None else self.size_bytes
        return replace(
            self,
            offset=0,
            size_bytes=size_bytes,
            state=state,
            running=None,
            metadata_said=None,
        )

    def kept(self, sha256: str) -> Self:
        """The upload once its bytes are kept under `sha256`; apart, if its client says another."""
        is_as_said = self.sha256 in {None, sha256}
        state = UploadState.STORED if is_as_said else UploadState.QUARANTINED
        return replace(self, state=state, running=None, kept_as=sha256)

    def told(self, sha256: str) -> Self:
        """The upload once its client has said its digest; kept apart, if other bytes are kept."""
        differs = self.state is UploadState.STORED and sha256 != self.kept_as
        state = UploadState.QUARANTINED if differs else self.state
        return replace(self, sha256=sha256, state=state)

    def released(self) -> Self:
        """The upload once a person found that the bytes kept apart are the recording."""
        return replace(self, state=UploadState.STORED)

    def resubmitting(self, original_id: UUID) -> Self:
        """The upload as an entry of a clip that is kept already: nothing more is to come."""
        return replace(
            self,
            state=UploadState.RESUBMITTED,
            offset=self.offset if self.size_bytes is None else self.size_bytes,
            original_id=original_id,
        )


U = TypeVar("U", bound=Upload)


def _seen_whole(upload: U) -> U:
    if upload.offset != upload.size_bytes:
        return upload
    return replace(upload, state=UploadState.PART if upload.is_part else UploadState.RECEIVED)
