"""An agency's clips are found in the order in which they were recorded."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("ix_clip_recorded", "clip", ["agency_id", "recorded_start", "clip_id"])
