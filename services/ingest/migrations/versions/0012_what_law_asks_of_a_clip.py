"""What the law asks of a clip: its index, its clocks, and the duties that run from them."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    migrations.rulebook_v1()
    with op.batch_alter_table("announcement") as batch:
        batch.add_column(sa.Column("extras", sa.JSON, nullable=True))
    _said_later()
    _duties()


def _said_later() -> None:
    op.create_table(
        "completion",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("said_by", sa.Uuid, nullable=False),
        sa.Column("said_at", migrations.INSTANT, nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "entry_id", name="pk_completion"),
    )
    op.create_table(
        "declared_return",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("return_id", sa.Uuid, nullable=False),
        sa.Column("returned_at", migrations.INSTANT, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("declared_by", sa.Uuid, nullable=False),
        sa.Column("declared_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "return_id", name="pk_declared_return"),
    )
    op.create_table(
        "return_confirmation",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("return_id", sa.Uuid, nullable=False),
        sa.Column("confirmed_by", sa.Uuid, nullable=False),
        sa.Column("confirmed_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "return_id", name="pk_return_confirmation"),
    )
    op.create_table(
        "hand_over",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("received_by", sa.Uuid, nullable=False),
        sa.Column("handed_over_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_hand_over"),
    )


def _duties() -> None:
    op.create_table(
        "duty",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("rule_id", sa.String, nullable=False),
        sa.Column("duty_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("pack_sha256", sa.String, nullable=False),
        sa.Column("warn_at", migrations.INSTANT),
        sa.Column("due_at", migrations.INSTANT, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False),
        sa.Column("next_at", migrations.INSTANT),
        sa.Column("is_soon_told", sa.Boolean, nullable=False),
        sa.Column("is_overdue_told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "rule_id", name="pk_duty"),
        sa.UniqueConstraint("duty_id", name="uq_duty_duty_id"),
    )
    next_at = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_duty_next", "duty", ["next_at"], sqlite_where=next_at, postgresql_where=next_at
    )
    is_open = sa.text("is_open")
    op.create_index(
        "ix_duty_open",
        "duty",
        ["agency_id", "due_at", "duty_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "unjudged",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_unjudged"),
    )
