"""Exports are tried again after a pause, and given up in the end.

Those whose proofs had come are due at once, in the order they were asked for.
"""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    tries = sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0"))
    op.add_column("export", tries)
    op.add_column("export", sa.Column("due_at", migrations.INSTANT))
    op.add_column("export", sa.Column("failure", sa.String))
    op.execute("UPDATE export SET due_at = requested_at WHERE state = 'building'")
