"""Settings of identity, read once at start."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`LIUHEN_IDENTITY_…`."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_IDENTITY_")

    keys_dir: Path
    """Private keys of access tokens and, before the first administrator, the set-up code."""
    session_lifetime_days: int = Field(default=30, gt=0, le=365)
    """From signing in; renewing does not extend it. Then the person signs in again."""
    sign_in_failures_max: int = Field(default=5, gt=0)
    """Wrong passwords in a row until the account is locked."""
    lock_minutes: int = Field(default=15, gt=0)
    """How long a locked account refuses everybody, also its owner."""
