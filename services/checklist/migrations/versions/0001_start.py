"""Start."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.outbox_v1()
    migrations.inbox_v1()
    migrations.rulebook_v1()
    _activities()
    _clips()
    _evaluations()
    _activations()


def _activities() -> None:
    op.create_table(
        "activity",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("officer_ids", sa.JSON, nullable=False),
        sa.Column("heard_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity"),
    )
    op.create_index("ix_activity_agency_id", "activity", ["agency_id"])
    op.create_table(
        "milestone",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("milestone", sa.String, nullable=False),
        sa.Column("at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "milestone", name="pk_milestone"),
    )
    op.create_table(
        "condition",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("condition", sa.String, nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", "condition", name="pk_condition"),
    )


def _clips() -> None:
    op.create_table(
        "link",
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link"),
    )
    op.create_index("ix_link_activity_id", "link", ["activity_id"])
    op.create_index("ix_link_clip_id", "link", ["clip_id"])
    op.create_table(
        "mark",
        sa.Column("mark_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("point", sa.String, nullable=False),
        sa.Column("offset_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name="pk_mark"),
    )
    op.create_index("ix_mark_activity_id", "mark", ["activity_id"])
    op.create_table(
        "recording",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("carrier", sa.String, nullable=False),
        sa.Column("recorded_start", migrations.INSTANT, nullable=False),
        sa.Column("recorded_end", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_recording"),
    )
    op.create_table(
        "probe",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("decodable", sa.Boolean, nullable=False),
        sa.Column("duration_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_probe"),
    )


def _evaluations() -> None:
    op.create_table(
        "evaluation",
        sa.Column("position", migrations.BIG_ID, nullable=False),
        sa.Column("evaluation_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("evaluated_at", migrations.INSTANT, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("act_on", sa.Date, nullable=False),
        sa.Column("pack", sa.String),
        sa.Column("pack_sha256", sa.String),
        sa.Column("notice", sa.String),
        sa.Column("findings", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_evaluation"),
        sa.UniqueConstraint("evaluation_id", name="uq_evaluation_evaluation_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evaluation_activity_id", "evaluation", ["activity_id"])


def _activations() -> None:
    op.create_table(
        "activation",
        sa.Column("activation_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("pack", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("proposed_by", sa.Uuid, nullable=False),
        sa.Column("proposed_at", migrations.INSTANT, nullable=False),
        sa.Column("confirmed_by", sa.Uuid),
        sa.Column("confirmed_at", migrations.INSTANT),
        sa.PrimaryKeyConstraint("activation_id", name="pk_activation"),
    )
    op.create_index("ix_activation_agency_id", "activation", ["agency_id"])
    op.create_table(
        "stale",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_stale"),
    )
