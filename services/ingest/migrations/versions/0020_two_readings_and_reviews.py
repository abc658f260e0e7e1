"""A duty keeps the other reading of its law as well."""

import sqlalchemy as sa
from alembic import op

from common.db import UtcDateTime

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("duty", sa.Column("due_lenient_at", UtcDateTime, nullable=True))
