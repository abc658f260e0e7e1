"""What the store says of its locks is written down, and it is told of holds.

Of clips kept before it is asked once. Retention is read from its beginning: nobody heard its holds.
"""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    _locks()
    _holds()
    for table in ("inbox_mark", "inbox_gap"):  # a gap that is met again is noted again
        read = sa.table(table, sa.column("topic", sa.String))
        op.execute(read.delete().where(read.c.topic == "retention"))


def _locks() -> None:
    with op.batch_alter_table("clip_lock") as batch:
        batch.add_column(sa.Column("taken_until", migrations.INSTANT, nullable=True))
        batch.add_column(sa.Column("taken_mode", sa.String, nullable=True))
        batch.add_column(sa.Column("taken_version", sa.String, nullable=True))
        batch.add_column(sa.Column("taken_at", migrations.INSTANT, nullable=True))
    clip = sa.table("clip", sa.column("clip_id", sa.Uuid))
    lock = sa.table(
        "clip_lock",
        sa.column("clip_id", sa.Uuid),
        sa.column("for_ever", sa.Boolean),
        sa.column("is_applied", sa.Boolean),
    )
    op.execute(lock.update().values(is_applied=False))
    without = sa.select(clip.c.clip_id, sa.false(), sa.false()).where(
        clip.c.clip_id.not_in(sa.select(lock.c.clip_id))
    )
    op.execute(lock.insert().from_select(["clip_id", "for_ever", "is_applied"], without))


def _holds() -> None:
    op.create_table(
        "case_hold",
        sa.Column("hold_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("is_released", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_case_hold"),
    )
    op.create_index("ix_case_hold_case_id", "case_hold", ["case_id"])
    op.create_table(
        "case_clip",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "case_id", name="pk_case_clip"),
    )
    op.create_index("ix_case_clip_case_id", "case_clip", ["case_id"])
    op.create_table(
        "clip_hold",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("is_held", sa.Boolean, nullable=False),
        sa.Column("is_applied", sa.Boolean, nullable=False),
        sa.Column("held_since", migrations.INSTANT),
        sa.Column("taken_by", sa.Integer),
        sa.Column("taken_until", migrations.INSTANT),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clip_hold"),
    )
    unapplied = sa.text("NOT is_applied")
    op.create_index(
        "ix_clip_hold_unapplied",
        "clip_hold",
        ["clip_id"],
        sqlite_where=unapplied,
        postgresql_where=unapplied,
    )
