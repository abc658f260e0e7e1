"""Every query about what docks tell of cards."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from contracts.ingest import NumbersFrom
from ingest.domain.cards import CardReport, Gap
from ingest.tables import CardReportRow


def add_report(session: Session, report: CardReport) -> None:
    gaps = [(gap.first, gap.last) for gap in report.gaps]
    told = {name: it for name, it in vars(report).items() if name != "gaps"}
    session.add(CardReportRow(**told, gaps=gaps, gap_count=report.gap_count))


def find_report(session: Session, report_id: UUID) -> CardReport | None:
    row = session.get(CardReportRow, report_id)
    return row and _report(row)


def reports_of(
    session: Session,
    agency_id: UUID,
    device_id: UUID | None,
    after: UUID | None,
    limit: int,
    *,
    with_gaps: bool,
) -> Sequence[CardReport]:
    """An agency's reports, the last one first, from the one after `after`."""
    at, id_ = col(CardReportRow.reported_at), col(CardReportRow.report_id)
    query = select(CardReportRow).where(CardReportRow.agency_id == agency_id)
    if device_id:
        query = query.where(CardReportRow.device_id == device_id)
    if with_gaps:
        query = query.where(col(CardReportRow.gap_count) > 0)
    last = session.get(CardReportRow, after) if after else None
    if last and last.agency_id == agency_id:
        told = last.reported_at
        query = query.where(or_(at < told, and_(at == told, id_ < last.report_id)))
    rows = session.exec(query.order_by(at.desc(), id_.desc()).limit(limit))
    return [_report(row) for row in rows]


def _report(row: CardReportRow) -> CardReport:
    return CardReport(
        report_id=row.report_id,
        agency_id=row.agency_id,
        device_id=row.device_id,
        device_no=row.device_no,
        numbers_from=NumbersFrom(row.numbers_from),
        files=row.files,
        gaps=tuple(Gap(first, last) for first, last in row.gaps),
        further_gaps=row.further_gaps,
        further_missing=row.further_missing,
        reported_by=row.reported_by,
        reported_at=row.reported_at,
    )
