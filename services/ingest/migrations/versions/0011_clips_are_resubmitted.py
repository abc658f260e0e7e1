"""Clips are resubmitted. Those kept twice before stay as they are."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "resubmission",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("original_id", sa.Uuid, nullable=False),
        sa.Column("is_compared", sa.Boolean, nullable=False),
        sa.Column("resubmitted_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_resubmission"),
    )
    op.create_index("ix_clip_sha256", "clip", ["agency_id", "sha256"])
