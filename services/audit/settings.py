"""Settings of audit, read once at start."""

from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, StringConstraints
from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`LIUHEN_AUDIT_…`."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_AUDIT_")

    keys_dir: Path
    """Holds the log's private key, and a copy of its last checkpoint outside the database."""
    bundles_url: str
    """Entries with proofs, made ready for exports; kept under their SHA-256, at an address as
    `common.stores` reads it."""
    clock_was_ahead_at: AwareDatetime | None = None
    """An operator's word that the checkpoint of this very instant was signed by a clock far ahead.
    Until that instant has come, checkpoints bear it too, so that their times never go back. It
    excuses no other checkpoint, and may stay set.
    """
    log_origin: Annotated[str, StringConstraints(pattern=r"^[!-*,-~]{1,200}$")] = (
        "liuhen.local/log/1"
    )
    """The log's name in every checkpoint: unique in the world and for ever. In production a name
    under a domain of the agency's; once the log exists it cannot be changed.
    Source: c2sp.org/tlog-checkpoint.
    """
