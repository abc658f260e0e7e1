"""Who uploaded a clip. Of clips known before, nobody knows: without a unit, the custodian links."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("clip", sa.Column("uploaded_by", sa.Uuid))
