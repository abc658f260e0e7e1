"""Alembic's way into retention."""

from common import migrate
from retention.tables import Base

migrate.run(Base.metadata)
