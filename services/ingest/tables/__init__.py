"""Rows of ingest's own database. Only the store, app.py and migrations import this."""

from typing import Final

from common import inbox, outbox, rulebook
from ingest.tables.base import Base
from ingest.tables.cards import CardReportRow
from ingest.tables.films import (
    AnnouncementRow,
    ClipRow,
    ClosedAccountRow,
    DoubtRow,
    LockRow,
    ResubmissionRow,
    SaidDigestRow,
    UploadRow,
)
from ingest.tables.holds import CaseClipRow, CaseHoldRow, ClipHoldRow
from ingest.tables.outside import (
    ClockReadingRow,
    KeeperChangeRow,
    KeeperRequestRow,
    OffsiteClipRow,
    PlacementRow,
    PointerRow,
    RetirementRow,
    StorageDeviceRow,
)
from ingest.tables.probes import DerivativeRow, FactsRow, UnderivedRow, UnprobedRow
from ingest.tables.record import (
    CompletionRow,
    DutyRow,
    HandOverRow,
    QuarantineReviewRow,
    ReturnConfirmationRow,
    ReturnRow,
    UnjudgedRow,
)

__all__ = [
    "INBOX",
    "INSERT_ONLY",
    "OUTBOX",
    "RULEBOOK",
    "AnnouncementRow",
    "Base",
    "CardReportRow",
    "CaseClipRow",
    "CaseHoldRow",
    "ClipHoldRow",
    "ClipRow",
    "ClockReadingRow",
    "ClosedAccountRow",
    "CompletionRow",
    "DerivativeRow",
    "DoubtRow",
    "DutyRow",
    "FactsRow",
    "HandOverRow",
    "KeeperChangeRow",
    "KeeperRequestRow",
    "LockRow",
    "OffsiteClipRow",
    "PlacementRow",
    "PointerRow",
    "QuarantineReviewRow",
    "ResubmissionRow",
    "RetirementRow",
    "ReturnConfirmationRow",
    "ReturnRow",
    "SaidDigestRow",
    "StorageDeviceRow",
    "UnderivedRow",
    "UnjudgedRow",
    "UnprobedRow",
    "UploadRow",
]

OUTBOX = outbox.tables(Base.metadata)
INBOX = inbox.tables(Base.metadata)
RULEBOOK = rulebook.tables(Base.metadata)
INSERT_ONLY: Final = (
    *(AnnouncementRow, ClipRow, FactsRow, DerivativeRow),
    *(StorageDeviceRow, KeeperRequestRow, KeeperChangeRow, RetirementRow),
    *(OffsiteClipRow, PlacementRow, PointerRow, ClockReadingRow, ResubmissionRow),
    *(ClosedAccountRow, CompletionRow, ReturnRow, ReturnConfirmationRow, HandOverRow),
    SaidDigestRow,
    CaseClipRow,
    QuarantineReviewRow,
    CardReportRow,
)
"""What may never be changed or taken back; on PostgreSQL the service has no right to."""
