"""Of several replicas one reads a clip at a time."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for table in ("unprobed", "underived"):
        op.add_column(table, sa.Column("taken_by", sa.Integer))
        op.add_column(table, sa.Column("taken_until", UtcDateTime))
