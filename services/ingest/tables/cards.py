"""What docks tell of cards."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field

from common.db import UtcDateTime
from ingest.tables.base import Base


class CardReportRow(Base, table=True):
    """Which numbers of a device a card has no file for. Insert-only."""

    __tablename__ = "card_report"
    __table_args__ = (Index("ix_card_report_listed", "agency_id", "reported_at", "report_id"),)

    report_id: UUID = Field(primary_key=True)
    agency_id: UUID
    device_id: UUID
    device_no: str
    numbers_from: str
    files: int
    gaps: list[tuple[int, int]] = Field(sa_type=JSON)
    gap_count: int = Field(sa_type=BigInteger)
    further_gaps: int = Field(sa_type=BigInteger)
    further_missing: int = Field(sa_type=BigInteger)
    reported_by: UUID
    reported_at: datetime = Field(sa_type=UtcDateTime)
