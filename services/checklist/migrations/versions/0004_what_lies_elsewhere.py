"""Which recordings lie outside this system. All that is known so far was stored here."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    is_offsite = sa.Column("is_offsite", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("recording", is_offsite)
