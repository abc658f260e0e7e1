"""What docks tell of cards is kept, shown to the agency, and announced in numbers."""

from collections.abc import Sequence
from uuid import UUID

from common.auth import Requester
from common.service import RefusedError
from contracts.ingest import CardReported
from ingest.domain.cards import CardReport
from ingest.domain.names import device_id_of
from ingest.errors import KeyTakenError
from ingest.operations.context import Context
from ingest.store import cards


def report(ctx: Context, who: Requester, told: CardReport) -> CardReport:
    """Keep what a dock tells of a device's files on a card. Safe to repeat: the first one counts.

    Raises:
        KeyTakenError: the agency has used the key for another report.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        known = cards.find_report(session, told.report_id)
        if known and known != told:
            raise RefusedError(KeyTakenError(), told.report_id)
        if known is None:
            cards.add_report(session, told)
            ctx.outbox.emit(session, _reported(told))
    return known or told


def list_reports(
    ctx: Context,
    who: Requester,
    device_no: str | None,
    after: UUID | None,
    limit: int,
    *,
    with_gaps: bool,
) -> Sequence[CardReport]:
    """What was told of the cards of the requester's agency, the last one first."""
    device_id = device_id_of(who.agency_id, device_no) if device_no else None
    with ctx.db.snapshot() as session:
        return cards.reports_of(
            session, who.agency_id, device_id, after, limit, with_gaps=with_gaps
        )


def _reported(told: CardReport) -> CardReported:
    return CardReported(
        agency_id=told.agency_id,
        report_id=told.report_id,
        device_id=told.device_id,
        numbers_from=told.numbers_from,
        files=told.files,
        gaps=told.gap_count,
        missing=told.missing_count,
        gaps_sha256=told.gaps_sha256,
        reported_by=told.reported_by,
    )
