"""Rows of identity's own database. Only store.py, app.py and migrations import this."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import JSON, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field

from common import outbox
from common.db import NAMING, Rows, UtcDateTime
from common.fence import behind, open_to_all


class Base(Rows, registry=registry()):
    """Own metadata: services may share a process, never a schema."""

    metadata = MetaData(naming_convention=NAMING)


class AgencyRow(Base, table=True):
    """Insert-only. `path` is the materialised way from the top of the tree."""

    __tablename__ = "agency"
    __table_args__ = ({"info": open_to_all("what is below whom decides what may be seen")},)

    agency_id: UUID = Field(primary_key=True)
    parent_id: UUID | None
    name: str
    level: str
    division: str
    path: str = Field(unique=True)


class UnitRow(Base, table=True):
    """Insert-only."""

    __tablename__ = "unit"

    unit_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    name: str


class AccountRow(Base, table=True):
    __tablename__ = "account"

    account_id: UUID = Field(primary_key=True)
    agency_id: UUID = Field(index=True)
    unit_id: UUID | None
    username: str = Field(unique=True)
    """In its normal form."""
    password_hash: str
    name: str
    cert_no: str | None
    roles: list[str] = Field(sa_type=JSON)
    bound_to: list[str] = Field(sa_type=JSON)
    failures: int = 0
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInFailureRow(Base, table=True):
    """Wrong passwords from one place.

    Gone after a right one there; a day after the last, with anybody's next right or wrong one.
    """

    __tablename__ = "sign_in_failure"
    __table_args__ = ({"info": behind("account", "account_id")},)

    account_id: UUID = Field(primary_key=True)
    place: str = Field(primary_key=True)
    """As `place_of` tells them apart."""
    failures: int
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SessionRow(Base, table=True):
    """A family of refresh tokens."""

    __tablename__ = "session"
    __table_args__ = ({"info": behind("account", "account_id")},)

    session_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RefreshTokenRow(Base, table=True):
    """A token's digest; the token itself is known to its holder only."""

    __tablename__ = "refresh_token"
    __table_args__ = ({"info": behind("session", "session_id")},)

    sha256: str = Field(primary_key=True)
    session_id: UUID = Field(index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replaced_by: str | None = None


OUTBOX = outbox.tables(Base.metadata)
INSERT_ONLY: Final = (AgencyRow, UnitRow)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
