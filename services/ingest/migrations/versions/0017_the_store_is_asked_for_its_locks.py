"""What the store says of its locks is written down. Of clips kept before it is asked once."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0017"
down_revision = "0014"


def upgrade() -> None:
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
