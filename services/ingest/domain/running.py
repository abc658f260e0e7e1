"""A digest that was begun and not ended, as it is kept between requests. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SavedDigest:
    """A SHA-256 over a film's first bytes."""

    maker: str
    """The library whose memory `state` is. No other one reads it, nor another version of it."""
    state: bytes
