"""Ingest is read from its beginning: what it told of clips that came twice nobody heard.

What stands is told once more and judged as it comes; in between a clip that was quarantined later
may count again. Of what is parked, everything comes again too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for table in ("inbox_mark", "inbox_gap", "parked"):  # a gap that is met again is noted again
        heard = sa.table(table, sa.column("topic", sa.String))
        op.execute(heard.delete().where(heard.c.topic == "ingest"))
