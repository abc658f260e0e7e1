"""A duty keeps the other reading of its law as well; quarantined films are reviewed."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("duty", sa.Column("due_lenient_at", UtcDateTime, nullable=True))
    op.create_table(
        "quarantine_review",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("review_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("finding", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("replaced_by", sa.Uuid, nullable=True),
        sa.Column("reviewed_by", sa.Uuid, nullable=False),
        sa.Column("reviewed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "review_id", name="pk_quarantine_review"),
    )
