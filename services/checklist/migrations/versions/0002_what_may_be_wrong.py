"""What may be wrong with a clip or a moment.

Of what was kept before, nobody knows: those columns stay empty, and such clips count as unprobed.
"""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    earlier = sa.Column("earlier", sa.JSON, nullable=False, server_default=sa.text("'[]'"))
    op.add_column("milestone", earlier)
    op.add_column("recording", sa.Column("agency_id", sa.Uuid))
    op.add_column("recording", sa.Column("sha256", sa.String))
    op.create_index("ix_recording_sha256", "recording", ["sha256"])
    op.add_column("probe", sa.Column("has_picture", sa.Boolean))
    op.add_column("probe", sa.Column("jumps", sa.BigInteger))
    op.add_column("probe", sa.Column("made_at", migrations.INSTANT))
