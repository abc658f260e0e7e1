"""Rows of audit's own database. Only store.py, app.py and migrations import this."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, MetaData, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field

from common import inbox, outbox
from common.db import NAMING, Rows, UtcDateTime
from common.fence import open_to_all


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)


class LogRow(Base, table=True):
    """One row: the log's head. Moving it is the one commit point of an append."""

    __tablename__ = "log"

    only: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    origin: str
    size: int = Field(sa_type=BigInteger)
    root: bytes = Field(sa_type=LargeBinary)
    edge: bytes = Field(sa_type=LargeBinary)
    """The hashes of the edge's subtrees, joined."""


class EntryRow(Base, table=True):
    """Append-only, by trigger."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("stream", "stream_number"),
        Index("ix_entry_agency_id_index", "agency_id", "index"),
        Index("ix_entry_agency_id_type", "agency_id", "type"),
    )

    index: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    leaf: bytes = Field(sa_type=LargeBinary)
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    type: str
    agency_id: UUID | None
    subject: str
    stream: str
    stream_number: int = Field(sa_type=BigInteger)


class AgencyRow(Base, table=True):
    """The tree, as identity tells it: a child may be heard of before its parent."""

    __tablename__ = "agency"
    __table_args__ = ({"info": open_to_all("what is below whom decides what may be seen")},)

    agency_id: UUID = Field(primary_key=True)
    parent_id: UUID | None = Field(index=True)


class NodeRow(Base, table=True):
    """The hash of a complete subtree. Append-only, by trigger."""

    __tablename__ = "node"

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    hash: bytes = Field(sa_type=LargeBinary)


class StreamRow(Base, table=True):
    """The newest entry of each stream."""

    __tablename__ = "stream"

    stream: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    head: bytes = Field(sa_type=LargeBinary)


class CheckpointRow(Base, table=True):
    """What was signed, once for each size. Append-only, by trigger."""

    __tablename__ = "checkpoint"

    size: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    root: bytes = Field(sa_type=LargeBinary)
    note: bytes = Field(sa_type=LargeBinary)
    signed_at: datetime = Field(sa_type=UtcDateTime)


class BundleRow(Base, table=True):
    """An export's request for proofs, and the answer once there is one."""

    __tablename__ = "bundle"

    export_id: UUID = Field(primary_key=True)
    clip_id: UUID
    agency_id: UUID
    sha256: str | None
    tree_size: int | None = Field(sa_type=BigInteger)


OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
INSERT_ONLY: Final = (EntryRow, NodeRow, CheckpointRow)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
