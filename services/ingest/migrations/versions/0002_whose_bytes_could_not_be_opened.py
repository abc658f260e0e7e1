"""Whose bytes could not be opened."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("unprobed", sa.Column("unavailable_at", migrations.INSTANT))
