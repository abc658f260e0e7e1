"""What a person finds of a film that was quarantined. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Finding(StrEnum):
    """What became clear of bytes that are not those that were said."""

    DIGEST_WRONG = "digest_wrong"
    """They are the recording; it is their digest that was said wrongly."""
    DAMAGED = "damaged"
    """They are not the recording, or not all of it."""


@dataclass(frozen=True)
class Review:
    """A person's finding, with its reason. Never changed; a later one stands beside it."""

    review_id: UUID
    finding: Finding
    reason: str
    reviewed_by: UUID
    reviewed_at: datetime = field(compare=False)
    replaced_by: UUID | None = None
    """The clip under which the same recording is kept, where these bytes are damaged."""


@dataclass(frozen=True)
class Disputed:
    """A kept film, what its client said it should be, and what people found."""

    clip_id: UUID
    sha256: str
    """Of the bytes that are kept."""
    said_sha256: str | None
    said_by: UUID | None
    """Who said it after the film was announced; None: whoever announced it, or nobody."""
    reviews: Sequence[Review]
    """The oldest first; the last one counts."""


def is_released(reviews: Sequence[Review]) -> bool:
    """Whether the bytes are the recording, by the word of a person."""
    return bool(reviews) and reviews[-1].finding is Finding.DIGEST_WRONG


def is_damaged(reviews: Sequence[Review]) -> bool:
    """Whether the recording is known not to be what is kept."""
    return bool(reviews) and reviews[-1].finding is Finding.DAMAGED
