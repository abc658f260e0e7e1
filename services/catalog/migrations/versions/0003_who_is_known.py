"""Whom identity has told of. Empty at first: the topic was never read, so it is from its start."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "known_account",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_known_account"),
    )
    op.create_table(
        "known_unit",
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name="pk_known_unit"),
    )
