"""Start."""

import sqlalchemy as sa
from alembic import op

from common import migrations
from common.migrations import BIG_ID, INSTANT

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.outbox_v1()
    migrations.inbox_v1()
    _create_case()
    _create_activity()
    _create_clip()
    _create_link()
    _create_mark()


def _create_case() -> None:
    op.create_table(
        "case",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("category", sa.String, nullable=False),
        sa.Column("party_name", sa.String, nullable=False),
        sa.Column("party_kind", sa.String, nullable=False),
        sa.Column("provisional_no", sa.String),
        sa.Column("case_no", sa.String),
        sa.Column("opened_by", sa.Uuid, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("ended_on", sa.Date),
        sa.Column("traits", sa.JSON, nullable=False),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("archived_on", sa.Date),
        sa.Column("archived_by", sa.Uuid),
        sa.PrimaryKeyConstraint("case_id", name="pk_case"),
    )
    op.create_index("ix_case_agency_id", "case", ["agency_id"])


def _create_activity() -> None:
    op.create_table(
        "activity",
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("officers", sa.JSON, nullable=False),
        sa.Column("recorded_by", sa.Uuid, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("activity_id", name="pk_activity"),
    )
    op.create_index("ix_activity_case_id", "activity", ["case_id"])
    for name, said in (
        ("milestone", [sa.Column("at", INSTANT, nullable=False), sa.Column("reason", sa.String)]),
        ("condition", [sa.Column("holds", sa.Boolean, nullable=False)]),
    ):
        op.create_table(
            name,
            sa.Column("position", BIG_ID, nullable=False),
            sa.Column("activity_id", sa.Uuid, nullable=False),
            sa.Column("name", sa.String, nullable=False),
            *said,
            sa.Column("stated_by", sa.Uuid, nullable=False),
            sa.Column("stated_at", INSTANT, nullable=False),
            sa.PrimaryKeyConstraint("position", name=f"pk_{name}"),
            sqlite_autoincrement=True,
        )
        op.create_index(f"ix_{name}_activity_id", name, ["activity_id"])


def _create_clip() -> None:
    op.create_table(
        "clip",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("carrier", sa.String),
        sa.Column("recorded_start", INSTANT),
        sa.Column("recorded_end", INSTANT),
        sa.Column("filmed_by", sa.Uuid),
        sa.Column("is_quarantined", sa.Boolean, nullable=False),
        sa.Column("decodable", sa.Boolean),
        sa.Column("duration_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clip"),
    )


def _create_link() -> None:
    op.create_table(
        "link",
        sa.Column("link_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("linked_by", sa.Uuid, nullable=False),
        sa.Column("linked_at", INSTANT, nullable=False),
        sa.Column("ended_by", sa.Uuid),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("link_id", name="pk_link"),
    )
    for column in ("activity_id", "case_id", "clip_id"):
        op.create_index(f"ix_link_{column}", "link", [column])


def _create_mark() -> None:
    op.create_table(
        "mark",
        sa.Column("mark_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("activity_id", sa.Uuid, nullable=False),
        sa.Column("point", sa.String, nullable=False),
        sa.Column("offset_ms", sa.BigInteger, nullable=False),
        sa.Column("added_by", sa.Uuid, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name="pk_mark"),
    )
    for column in ("activity_id", "clip_id"):
        op.create_index(f"ix_mark_{column}", "mark", [column])
