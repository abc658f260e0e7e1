"""First form of the tables every service has; revisions call these, so they never change.

A later form is a new function (`outbox_v2`), called by a new revision of each service.
"""

import sqlalchemy as sa
from alembic import op

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)
LINE = ("topic", "partition", "producer", "epoch")


def outbox_v1() -> None:
    """Rows waiting for the bus, the numbers given, and the sender's lease."""
    op.create_table(
        "outbox",
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("type", sa.String, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("epoch", sa.Uuid),
        sa.Column("partition", sa.Integer),
        sa.Column("sequence", sa.BigInteger),
        sa.Column("sent_at", INSTANT),
        sa.PrimaryKeyConstraint("position", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_unsent",
        "outbox",
        ["epoch", "sequence"],
        sqlite_where=sa.text("sent_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    op.create_table(
        "outbox_counter",
        sa.Column("epoch", sa.Uuid, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("epoch", "partition", name="pk_outbox_counter"),
    )
    op.create_table(
        "outbox_lease",
        sa.Column("only", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("epoch", sa.Uuid, nullable=False),
        sa.Column("holder", sa.Uuid, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("only", name="pk_outbox_lease"),
    )


def inbox_v1() -> None:
    """How far each line of numbers was applied, what never came, and what was put aside."""
    op.create_table(
        "inbox_mark",
        *_line(),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("offset", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(*LINE, name="pk_inbox_mark"),
    )
    op.create_table(
        "inbox_gap",
        *_line(),
        sa.Column("expected", sa.BigInteger, nullable=False),
        sa.Column("got", sa.BigInteger, nullable=False),
        sa.Column("noticed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(*LINE, "expected", name="pk_inbox_gap"),
    )
    op.create_table(
        "parked",
        sa.Column("position", BIG_ID, nullable=False),
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("parked_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_parked"),
        sqlite_autoincrement=True,
    )


def rulebook_v1() -> None:
    """The packs a service's agencies activated, and their bytes."""
    op.create_table(
        "pack_activation",
        sa.Column("activation_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("pack", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.PrimaryKeyConstraint("activation_id", name="pk_pack_activation"),
    )
    op.create_index("ix_pack_activation_agency_id", "pack_activation", ["agency_id"])
    op.create_table(
        "pack_content",
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_pack_content"),
    )


def _line() -> list[sa.Column[object]]:
    return [
        sa.Column("topic", sa.String, nullable=False),
        sa.Column("partition", sa.Integer, nullable=False),
        sa.Column("producer", sa.String, nullable=False),
        sa.Column("epoch", sa.String, nullable=False),
    ]
