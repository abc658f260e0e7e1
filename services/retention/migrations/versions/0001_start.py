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
    _case_tables()
    _clip_tables()
    _decision_tables()


def _case_tables() -> None:
    op.create_table(
        "case_file",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("category", sa.String),
        sa.Column("ended_on", sa.Date),
        sa.Column("traits", sa.JSON, nullable=False),
        sa.Column("archived_on", sa.Date),
        sa.Column("class_id", sa.String),
        sa.Column("rule_id", sa.String),
        sa.Column("pack", sa.String),
        sa.Column("pack_sha256", sa.String),
        sa.PrimaryKeyConstraint("case_id", name="pk_case_file"),
    )
    op.create_index("ix_case_file_agency_id", "case_file", ["agency_id"])
    op.create_table(
        "confirmation",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("class_id", sa.String, nullable=False),
        sa.Column("rule_id", sa.String, nullable=False),
        sa.Column("confirmed_by", sa.Uuid, nullable=False),
        sa.Column("confirmed_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "class_id", name="pk_confirmation"),
    )


def _clip_tables() -> None:
    op.create_table(
        "clip",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("recorded_on", sa.Date),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clip"),
    )
    op.create_table(
        "link",
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("link_id", name="pk_link"),
    )
    op.create_index("ix_link_clip_id", "link", ["clip_id"])
    op.create_index("ix_link_case_id", "link", ["case_id"])
    op.create_table(
        "schedule",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("class_id", sa.String, nullable=False),
        sa.Column("rule_id", sa.String, nullable=False),
        sa.Column("citation", sa.String, nullable=False),
        sa.Column("pack_sha256", sa.String, nullable=False),
        sa.Column("keep_until", sa.Date),
        sa.PrimaryKeyConstraint("clip_id", name="pk_schedule"),
    )


def _decision_tables() -> None:
    op.create_table(
        "hold",
        sa.Column("hold_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("mandate", sa.String, nullable=False),
        sa.Column("placed_by", sa.Uuid, nullable=False),
        sa.Column("placed_at", migrations.INSTANT, nullable=False),
        sa.Column("released_by", sa.Uuid),
        sa.Column("released_at", migrations.INSTANT),
        sa.PrimaryKeyConstraint("hold_id", name="pk_hold"),
    )
    op.create_index("ix_hold_case_id", "hold", ["case_id"])
    op.create_table(
        "disposal",
        sa.Column("position", migrations.BIG_ID, nullable=False),
        sa.Column("disposal_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("asked_by", sa.Uuid, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("rule_id", sa.String, nullable=False),
        sa.Column("citation", sa.String),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("pack_sha256", sa.String),
        sa.Column("answered_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_disposal"),
        sqlite_autoincrement=True,
    )
    for column in ("clip_id", "disposal_id"):
        op.create_index(f"ix_disposal_{column}", "disposal", [column])
