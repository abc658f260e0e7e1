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
    """Wrong passwords in a row from one place until it is locked out of the account."""
    sign_in_failures_everywhere_max: int = Field(default=100, gt=0, le=100)
    """Wrong passwords in a row from anywhere until the account is locked for everybody, also its
    owner. Source: NIST SP 800-63B, 3.2.2: not more than 100."""
    lock_minutes: int = Field(default=15, gt=0)
    """How long either lock lasts. Attempts do not prolong it."""
