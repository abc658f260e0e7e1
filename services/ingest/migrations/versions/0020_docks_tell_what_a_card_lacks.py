"""Docks tell which of a device's numbers a card has no file for."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "card_report",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("device_no", sa.String, nullable=False),
        sa.Column("numbers_from", sa.String, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("gaps", sa.JSON, nullable=False),
        sa.Column("gap_count", sa.BigInteger, nullable=False),
        sa.Column("further_gaps", sa.BigInteger, nullable=False),
        sa.Column("further_missing", sa.BigInteger, nullable=False),
        sa.Column("reported_by", sa.Uuid, nullable=False),
        sa.Column("reported_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_card_report"),
    )
    op.create_index(
        "ix_card_report_listed", "card_report", ["agency_id", "reported_at", "report_id"]
    )
