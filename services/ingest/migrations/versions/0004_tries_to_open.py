"""How often a clip could not be opened, and when it is tried again."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tries = sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("unprobed", tries)
    op.add_column("unprobed", sa.Column("due_at", migrations.INSTANT))
