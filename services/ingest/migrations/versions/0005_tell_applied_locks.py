"""Tell applied locks. Those on record before are told to the store once more."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("clip_lock") as batch:
        batch.add_column(
            sa.Column("is_applied", sa.Boolean, server_default=sa.false(), nullable=False)
        )
        batch.create_index(
            "ix_clip_lock_unapplied",
            ["clip_id"],
            sqlite_where=sa.text("NOT is_applied"),
            postgresql_where=sa.text("NOT is_applied"),
        )
