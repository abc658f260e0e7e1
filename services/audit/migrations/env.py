"""Alembic's way into audit."""

from audit.tables import Base
from common import migrate

migrate.run(Base.metadata)
