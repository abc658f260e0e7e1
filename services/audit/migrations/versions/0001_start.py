"""Start."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0001"
down_revision = None

APPEND_ONLY = ("entry", "node", "checkpoint")


def upgrade() -> None:
    migrations.outbox_v1()
    migrations.inbox_v1()
    _log()
    _tree()
    _published()
    _agencies()
    if op.get_bind().dialect.name == "sqlite":
        _guard()


def _log() -> None:
    op.create_table(
        "log",
        sa.Column("only", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("edge", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_log"),
    )
    op.create_table(
        "entry",
        sa.Column("index", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("agency_id", sa.Uuid),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("stream_number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("index", name="pk_entry"),
        sa.UniqueConstraint("stream", "stream_number", name="uq_entry_stream_stream_number"),
    )
    op.create_index("ix_entry_agency_id_index", "entry", ["agency_id", "index"])
    op.create_index("ix_entry_agency_id_type", "entry", ["agency_id", "type"])


def _tree() -> None:
    op.create_table(
        "node",
        sa.Column("level", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name="pk_node"),
    )
    op.create_table(
        "stream",
        sa.Column("stream", sa.String, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("head", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("stream", name="pk_stream"),
    )


def _published() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_checkpoint"),
    )
    op.create_table(
        "bundle",
        sa.Column("export_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.String),
        sa.Column("tree_size", sa.BigInteger),
        sa.PrimaryKeyConstraint("export_id", name="pk_bundle"),
    )


def _agencies() -> None:
    op.create_table(
        "agency",
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("parent_id", sa.Uuid),
        sa.PrimaryKeyConstraint("agency_id", name="pk_agency"),
    )
    op.create_index("ix_agency_parent_id", "agency", ["parent_id"])


def _guard() -> None:
    """Refuse to rewrite. A batch migration that rebuilds one of these tables must do this again."""
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            )
    op.execute(
        "CREATE TRIGGER log_no_delete BEFORE DELETE ON log "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER log_only_grows BEFORE UPDATE ON log "
        "WHEN NEW.size <= OLD.size OR NEW.origin <> OLD.origin "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    )
