"""What views and exports showed in their last minute, and how often exports failed for each reason.

Tries from before count as such that ended with the process: nobody kept what they failed for.
"""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_view_clip_id", "view", ["clip_id"])
    op.create_table(
        "shown",
        sa.Column("view_no", sa.Uuid, nullable=False),
        sa.Column("minute", migrations.INSTANT, nullable=False),
        sa.Column("first_byte", sa.BigInteger, nullable=False),
        sa.Column("last_byte", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("view_no", "minute", "first_byte", "last_byte", name="pk_shown"),
    )
    op.create_table(
        "read_file",
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("minute", migrations.INSTANT, nullable=False),
        sa.Column("file_sha256", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("export_id", "minute", "file_sha256", name="pk_read_file"),
    )
    tries_for = sa.Column("tries_for", sa.JSON, nullable=False, server_default=sa.text("'{}'"))
    op.add_column("export", tries_for)
