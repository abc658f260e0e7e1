"""Settings of checklist, read once at start."""

from pydantic_settings import SettingsConfigDict

from common.settings import ServiceSettings


class Settings(ServiceSettings):
    """`LIUHEN_CHECKLIST_…`."""

    model_config = SettingsConfigDict(env_prefix="LIUHEN_CHECKLIST_")
