"""What a probe reads besides; None where it was made before, or nothing could be read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"


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
