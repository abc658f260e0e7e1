"""Find old wrong passwords."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index("ix_sign_in_failure_failed_at", "sign_in_failure", ["failed_at"])
