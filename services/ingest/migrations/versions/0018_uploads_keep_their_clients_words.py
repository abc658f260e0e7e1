"""An upload keeps what its client said of it, word for word."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("upload", sa.Column("metadata_said", sa.String, nullable=True))
