"""When accounts were closed, and on which day acts were done.

When an account closed that is known as closed already, nobody kept: it counts as long ago.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0005"
down_revision = "0004"

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    op.add_column("activity", sa.Column("acted_on", sa.Date))
    op.add_column("known_account", sa.Column("closed_at", migrations.INSTANT))
    known = sa.table(
        "known_account",
        sa.column("is_open", sa.Boolean),
        sa.column("closed_at", migrations.INSTANT),
    )
    op.execute(known.update().where(known.c.is_open.is_(False)).values(closed_at=LONG_AGO))
    with op.batch_alter_table("known_account") as table:
        table.drop_column("is_open")
