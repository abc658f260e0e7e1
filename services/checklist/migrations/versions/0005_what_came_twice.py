"""Which clips are entries of others. What ingest told of these before, nobody kept."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("original_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_entry"),
    )
    op.create_index("ix_entry_original_id", "entry", ["original_id"])
