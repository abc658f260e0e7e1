"""Every query about the clocks of devices that film."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, select

from ingest.domain.device_clocks import Reading, Told
from ingest.tables import ClockReadingRow


def add_reading(session: Session, reading: Reading) -> None:
    told = vars(reading.told)
    session.add(ClockReadingRow(**told, **{k: v for k, v in vars(reading).items() if k != "told"}))


def find_reading(session: Session, reading_id: UUID) -> Reading | None:
    row = session.get(ClockReadingRow, reading_id)
    return row and _reading(row)


def nearest(session: Session, agency_id: UUID, device_id: UUID, at_ms: int) -> Sequence[Reading]:
    """The readings next to a moment of the device's own time, on both sides and of both sorts."""
    found = list[Reading]()
    at = col(ClockReadingRow.device_ms)
    for is_doubtful in (False, True):
        of_device = select(ClockReadingRow).where(
            ClockReadingRow.agency_id == agency_id,
            ClockReadingRow.device_id == device_id,
            ClockReadingRow.is_doubtful == is_doubtful,
        )
        for query in (
            of_device.where(at <= at_ms).order_by(at.desc(), col(ClockReadingRow.read_at).desc()),
            of_device.where(at > at_ms).order_by(at, col(ClockReadingRow.read_at)),
        ):
            found += [_reading(row) for row in session.exec(query.limit(1))]
    return found


def _reading(row: ClockReadingRow) -> Reading:
    return Reading(
        reading_id=row.reading_id,
        agency_id=row.agency_id,
        device_id=row.device_id,
        told=Told(
            device_no=row.device_no,
            device_ms=row.device_ms,
            read_ago_ms=row.read_ago_ms,
            round_trip_ms=row.round_trip_ms,
            resolution_ms=row.resolution_ms,
        ),
        reported_by=row.reported_by,
        received_at=row.received_at,
        read_at=row.read_at,
        offset_ms=row.offset_ms,
        uncertainty_ms=row.uncertainty_ms,
        is_doubtful=row.is_doubtful,
    )
