"""A film may be announced without its digest, which is said later."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    with op.batch_alter_table("announcement") as batch:
        batch.alter_column("sha256", existing_type=sa.String, nullable=True)
    op.create_table(
        "said_digest",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("said_by", sa.Uuid, nullable=False),
        sa.Column("said_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_said_digest"),
    )
