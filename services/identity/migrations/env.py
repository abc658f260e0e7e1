"""Alembic's way into identity."""

from common import migrate
from identity.tables import Base

migrate.run(Base.metadata)
