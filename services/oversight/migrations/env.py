"""Alembic's way into oversight."""

from common import migrate
from oversight.tables import Base

migrate.run(Base.metadata)
