"""Films are proved in the store. Of those kept before nobody wrote down what was read back."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("clip") as batch:
        batch.add_column(sa.Column("object_version", sa.String, nullable=True))
        batch.add_column(sa.Column("read_back_sha256", sa.String, nullable=True))
        batch.add_column(sa.Column("read_back_bytes", sa.BigInteger, nullable=True))
        batch.add_column(sa.Column("read_back_at", UtcDateTime, nullable=True))
    op.create_table(
        "doubt",
        sa.Column("upload_id", sa.String, primary_key=True),
        sa.Column("doubt", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
    )
