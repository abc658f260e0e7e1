"""When the catalogue recorded an activity; of those known before, when checklist heard of it."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.alter_column("activity", "heard_at", new_column_name="recorded_at")
