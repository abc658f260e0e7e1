"""Settings of oversight, read once at start."""

from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`LIUHEN_OVERSIGHT_…`."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_OVERSIGHT_")
