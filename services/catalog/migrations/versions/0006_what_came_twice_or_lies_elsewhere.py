"""Which clips are entries of others, and which lie outside this system, on which device.

What ingest told of these before, nobody kept: such entries and recordings stay unknown.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("clip", sa.Column("original_id", sa.Uuid))
    op.add_column("clip", sa.Column("storage_device_id", sa.Uuid))
    op.create_index("ix_clip_original_id", "clip", ["original_id"])
    op.create_table(
        "storage_device",
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String),
        sa.Column("keeper_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("storage_device_id", name="pk_storage_device"),
    )
