"""What a probe reads besides, None where it was made before; what is made of originals."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("facts", sa.Column("container", sa.String))
    op.add_column("facts", sa.Column("tracks", sa.JSON))
    op.add_column("facts", sa.Column("breaks", sa.JSON))
    op.add_column("facts", sa.Column("missing_ms", sa.BigInteger))
    op.add_column("facts", sa.Column("filmed_ms", sa.BigInteger))
    op.add_column("facts", sa.Column("made_at_local", sa.String))
    op.add_column("facts", sa.Column("black", sa.String))
    op.add_column("facts", sa.Column("silent", sa.String))
    op.add_column("facts", sa.Column("pictures_seen", sa.Integer))
    op.add_column("facts", sa.Column("heard_ms", sa.BigInteger))
    op.create_table(
        "underived",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipe", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due_at", UtcDateTime),
        sa.Column("is_given_up", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "kind", name="pk_underived"),
    )
    op.create_table(
        "derivative",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipe", sa.String, nullable=False),
        sa.Column("maker", sa.String, nullable=False),
        sa.Column("parent_sha256", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("made_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", "kind", name="pk_derivative"),
    )
