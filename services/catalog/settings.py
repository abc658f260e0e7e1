"""Settings of catalog, read once at start."""

from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`LIUHEN_CATALOG_…`."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_CATALOG_")
