"""Uploads name their device, so that it can be held to its share; closed accounts are known."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "closed_account",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("closed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_closed_account")),
    )
    op.add_column("upload", sa.Column("device_no", sa.String, nullable=True))
    upload = sa.table("upload", sa.column("clip_id", sa.Uuid), sa.column("device_no", sa.String))
    said = sa.table("announcement", sa.column("clip_id", sa.Uuid), sa.column("device_no"))
    named = sa.select(said.c.device_no).where(said.c.clip_id == upload.c.clip_id)
    op.execute(upload.update().values(device_no=named.scalar_subquery()))
    op.create_index(
        "ix_upload_begun",
        "upload",
        ["agency_id", "created_at"],
        sqlite_where=sa.text("state != 'joined'"),
        postgresql_where=sa.text("state != 'joined'"),
    )
