"""Alembic's way into catalog."""

from catalog.tables import Base
from common import migrate

migrate.run(Base.metadata)
