"""Alembic's way into checklist."""

from checklist.tables import Base
from common import migrate

migrate.run(Base.metadata)
