"""Start."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    migrations.outbox_v1()
    _create_tree()
    _create_account()
    _create_sessions()


def _create_tree() -> None:
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("division", sa.String, nullable=False),
        sa.Column("path", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agency"),
        sa.UniqueConstraint("path", name="uq_agency_path"),
    )
    op.create_table(
        "unit",
        sa.Column("unit_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("unit_id", name="pk_unit"),
    )
    op.create_index("ix_unit_agency_id", "unit", ["agency_id"])


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("password_hash", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("cert_no", sa.String),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("bound_to", sa.JSON, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", migrations.INSTANT),
        sa.Column("disabled_at", migrations.INSTANT),
        sa.PrimaryKeyConstraint("account_id", name="pk_account"),
        sa.UniqueConstraint("username", name="uq_account_username"),
    )
    op.create_index("ix_account_agency_id", "account", ["agency_id"])


def _create_sessions() -> None:
    op.create_table(
        "session",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("expires_at", migrations.INSTANT, nullable=False),
        sa.Column("ended_at", migrations.INSTANT),
        sa.PrimaryKeyConstraint("session_id", name="pk_session"),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_table(
        "refresh_token",
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("used_at", migrations.INSTANT),
        sa.Column("replaced_by", sa.String),
        sa.PrimaryKeyConstraint("sha256", name="pk_refresh_token"),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"])
