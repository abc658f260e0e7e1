"""Start."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.outbox_v1()
    migrations.inbox_v1()
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("level", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agency"),
    )
    op.create_index("ix_agency_parent_id", "agency", ["parent_id"])
    op.create_table(
        "figure",
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "day", "kind", name="pk_figure"),
    )
    op.create_table(
        "counted",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("thing_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("kind", "thing_id", name="pk_counted"),
    )
    op.create_table(
        "evaluation",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("satisfied", sa.Boolean, nullable=False),
        sa.Column("not_satisfied", sa.BigInteger, nullable=False),
        sa.Column("needs_judgement", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_evaluation"),
    )
    op.create_index("ix_evaluation_agency_id", "evaluation", ["agency_id"])
