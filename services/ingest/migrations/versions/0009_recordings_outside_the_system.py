"""Recordings outside the system, where they lie and who keeps them; clocks of devices."""

import sqlalchemy as sa
from alembic import op

from common import migrations

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    _devices()
    _keepers()
    _offsite()
    _pointers()
    _clocks()


def _devices() -> None:
    op.create_table(
        "storage_device",
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("first_keeper_id", sa.Uuid, nullable=False),
        sa.Column("in_use_from", migrations.INSTANT, nullable=False),
        sa.Column("registered_by", sa.Uuid, nullable=False),
        sa.Column("registered_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("storage_device_id", name="pk_storage_device"),
        sa.UniqueConstraint("agency_id", "number", name="uq_storage_device_agency_id"),
    )
    op.create_table(
        "storage_device_retirement",
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("retired_by", sa.Uuid, nullable=False),
        sa.Column("retired_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("storage_device_id", name="pk_storage_device_retirement"),
    )


def _keepers() -> None:
    op.create_table(
        "keeper_request",
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("from_keeper_id", sa.Uuid, nullable=False),
        sa.Column("to_keeper_id", sa.Uuid, nullable=False),
        sa.Column("requested_by", sa.Uuid, nullable=False),
        sa.Column("requested_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_keeper_request"),
    )
    op.create_index("ix_keeper_request_storage_device_id", "keeper_request", ["storage_device_id"])
    op.create_table(
        "keeper_change",
        sa.Column("request_id", sa.Uuid, nullable=False),
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("authorised_by", sa.Uuid, nullable=False),
        sa.Column("authorised_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("request_id", name="pk_keeper_change"),
        sa.UniqueConstraint(
            "storage_device_id", "number", name="uq_keeper_change_storage_device_id"
        ),
    )


def _offsite() -> None:
    op.create_table(
        "offsite_clip",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("recorded_start", migrations.INSTANT, nullable=False),
        sa.Column("recorded_end", migrations.INSTANT, nullable=False),
        sa.Column("carrier", sa.String, nullable=False),
        sa.Column("device_no", sa.String, nullable=False),
        sa.Column("filmed_by", sa.Uuid, nullable=False),
        sa.Column("officers", sa.JSON, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("secrecy", sa.String, nullable=False),
        sa.Column("registered_by", sa.Uuid, nullable=False),
        sa.Column("registered_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_offsite_clip"),
    )
    op.create_table(
        "offsite_placement",
        sa.Column("placement_id", sa.Uuid, nullable=False),
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("storage_device_id", sa.Uuid, nullable=False),
        sa.Column("placed_by", sa.Uuid, nullable=False),
        sa.Column("placed_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("placement_id", name="pk_offsite_placement"),
        sa.UniqueConstraint("clip_id", "number", name="uq_offsite_placement_clip_id"),
    )
    op.create_index(
        "ix_offsite_placement_storage_device_id", "offsite_placement", ["storage_device_id"]
    )


def _pointers() -> None:
    op.create_table(
        "clip_pointer",
        sa.Column("clip_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("kept_at", sa.String, nullable=False),
        sa.Column("keeper_id", sa.Uuid, nullable=False),
        sa.Column("sha256", sa.String),
        sa.Column("recorded_start", migrations.INSTANT, nullable=False),
        sa.Column("recorded_end", migrations.INSTANT, nullable=False),
        sa.Column("carrier", sa.String, nullable=False),
        sa.Column("filmed_by", sa.Uuid, nullable=False),
        sa.Column("unit_id", sa.Uuid),
        sa.Column("registered_by", sa.Uuid, nullable=False),
        sa.Column("registered_at", migrations.INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("clip_id", name="pk_clip_pointer"),
    )


def _clocks() -> None:
    op.create_table(
        "clock_reading",
        sa.Column("reading_id", sa.Uuid, nullable=False),
        sa.Column("agency_id", sa.Uuid, nullable=False),
        sa.Column("device_id", sa.Uuid, nullable=False),
        sa.Column("device_no", sa.String, nullable=False),
        sa.Column("device_ms", sa.BigInteger, nullable=False),
        sa.Column("read_ago_ms", sa.Integer, nullable=False),
        sa.Column("round_trip_ms", sa.Integer, nullable=False),
        sa.Column("resolution_ms", sa.Integer, nullable=False),
        sa.Column("received_at", migrations.INSTANT, nullable=False),
        sa.Column("read_at", migrations.INSTANT, nullable=False),
        sa.Column("offset_ms", sa.BigInteger, nullable=False),
        sa.Column("uncertainty_ms", sa.Integer, nullable=False),
        sa.Column("is_doubtful", sa.Boolean, nullable=False),
        sa.Column("reported_by", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("reading_id", name="pk_clock_reading"),
    )
    op.create_index(
        "ix_clock_reading_near",
        "clock_reading",
        ["agency_id", "device_id", "is_doubtful", "device_ms"],
    )
