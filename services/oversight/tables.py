"""Rows of oversight's own database. Only store.py, app.py and migrations import this."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field

from common import inbox, outbox
from common.db import NAMING, Rows
from common.fence import open_to_all


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)


class AgencyRow(Base, table=True):
    """The tree, as identity tells it: a child may be heard of before its parent."""

    __tablename__ = "agency"
    __table_args__ = ({"info": open_to_all("what is below whom decides what may be seen")},)

    agency_id: UUID = Field(primary_key=True)
    parent_id: UUID | None = Field(index=True)
    level: str


class FigureRow(Base, table=True):
    """How often a thing happened in an agency on a day."""

    __tablename__ = "figure"

    agency_id: UUID = Field(primary_key=True)
    day: date = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)


class CountedRow(Base, table=True):
    """What has been counted and must not be counted again."""

    __tablename__ = "counted"

    kind: str = Field(primary_key=True)
    thing_id: UUID = Field(primary_key=True)


class EvaluationRow(Base, table=True):
    """The latest verdicts on an activity."""

    __tablename__ = "evaluation"

    activity_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    day: date
    satisfied: bool
    not_satisfied: int = Field(sa_type=BigInteger)
    needs_judgement: int = Field(sa_type=BigInteger)


OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
