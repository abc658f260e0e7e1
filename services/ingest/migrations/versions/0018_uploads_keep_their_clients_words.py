"""An upload keeps what its client said of it; a duty keeps both ends of when it may be due."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("upload", sa.Column("metadata_said", sa.String, nullable=True))
    op.add_column("duty", sa.Column("due_latest_at", UtcDateTime, nullable=True))
    op.create_index("ix_announcement_device", "announcement", ["device_no", "recorded_end"])
