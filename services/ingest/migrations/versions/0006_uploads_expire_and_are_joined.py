"""Uploads expire and are joined. Nobody knows when those on record before moved last: now."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("upload") as batch:
        batch.add_column(sa.Column("moved_at", UtcDateTime, nullable=True))
        batch.add_column(sa.Column("concat", sa.String, nullable=True))
        batch.alter_column("size_bytes", existing_type=sa.BigInteger, nullable=True)
    upload = sa.table("upload", sa.column("moved_at", UtcDateTime))
    op.execute(upload.update().values(moved_at=datetime.now(UTC)))
    with op.batch_alter_table("upload") as batch:
        batch.drop_index("ix_upload_receiving")
        batch.create_index(
            "ix_upload_unfinished",
            ["agency_id", "uploaded_by", "created_at"],
            sqlite_where=sa.text("state IN ('receiving', 'part')"),
            postgresql_where=sa.text("state IN ('receiving', 'part')"),
        )
        batch.alter_column("moved_at", existing_type=UtcDateTime, nullable=False)
        batch.create_index(
            "ix_upload_moved",
            ["moved_at"],
            sqlite_where=sa.text("state IN ('receiving', 'part')"),
            postgresql_where=sa.text("state IN ('receiving', 'part')"),
        )
