"""A running digest outlives its process. Uploads on record before have none: it is made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("upload", sa.Column("running_maker", sa.String, nullable=True))
    op.add_column("upload", sa.Column("running_state", sa.LargeBinary, nullable=True))
