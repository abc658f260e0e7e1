"""Every query about recordings that lie outside this system."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select
from sqlmodel.sql.expression import SelectOfScalar

from contracts.ingest import Carrier
from ingest.domain.announcement import Secrecy
from ingest.domain.offsite import OffsiteClip, OffsiteRecord, Placement
from ingest.domain.upload import UploadState
from ingest.tables import AnnouncementRow, ClipRow, OffsiteClipRow, PlacementRow, UploadRow


def add_clip(session: Session, clip: OffsiteClip) -> None:
    row = OffsiteClipRow(**vars(clip))
    row.officers = [str(officer) for officer in clip.officers]
    session.add(row)
    session.flush()  # its placements are behind it


def add_placement(session: Session, placement: Placement) -> None:
    session.add(PlacementRow(**vars(placement)))


def find_clip(session: Session, clip_id: UUID) -> OffsiteClip | None:
    row = session.get(OffsiteClipRow, clip_id)
    return row and _clip(row)


def find_record(session: Session, clip_id: UUID) -> OffsiteRecord | None:
    row = session.get(OffsiteClipRow, clip_id)
    return row and _record(session, row)


def find_placement(session: Session, placement_id: UUID) -> Placement | None:
    row = session.get(PlacementRow, placement_id)
    return row and Placement(**row.model_dump())


def lying_on(
    session: Session, storage_device_id: UUID, after: UUID | None, limit: int
) -> Sequence[OffsiteRecord]:
    """What lies on a storage device and nowhere here, by ids from the one after `after`."""
    later = aliased(PlacementRow)
    moved_on = exists().where(
        col(later.clip_id) == col(PlacementRow.clip_id),
        col(later.number) > col(PlacementRow.number),
    )
    brought_in = kept_films().where(
        col(ClipRow.agency_id) == col(OffsiteClipRow.agency_id),
        col(ClipRow.sha256) == col(OffsiteClipRow.sha256),
        col(AnnouncementRow.device_no) == col(OffsiteClipRow.device_no),
    )
    query = (
        select(OffsiteClipRow)
        .join(PlacementRow, col(PlacementRow.clip_id) == col(OffsiteClipRow.clip_id))
        .where(PlacementRow.storage_device_id == storage_device_id, ~moved_on, ~brought_in.exists())
        .order_by(col(OffsiteClipRow.clip_id))
        .limit(limit)
    )
    if after:
        query = query.where(col(OffsiteClipRow.clip_id) > after)
    return [_record(session, row) for row in session.exec(query)]


def kept_films() -> SelectOfScalar[datetime]:
    """When films were kept. An entry's own is that of the same digest and device, as everywhere.

    Under its id or another: one that was quarantined comes again with a new id, and one that was
    kept before it came in under the entry's id becomes a re-submission.
    """
    return (
        select(ClipRow.kept_at)
        .join(AnnouncementRow, col(AnnouncementRow.clip_id) == col(ClipRow.clip_id))
        .join(UploadRow, col(UploadRow.clip_id) == col(ClipRow.clip_id))
        .where(UploadRow.state == UploadState.STORED)  # not kept apart, by a word of then or later
    )


def _record(session: Session, row: OffsiteClipRow) -> OffsiteRecord:
    placements = session.exec(
        select(PlacementRow)
        .where(PlacementRow.clip_id == row.clip_id)
        .order_by(col(PlacementRow.number))
    )
    kept_at = session.exec(
        kept_films()
        .where(
            ClipRow.agency_id == row.agency_id,
            ClipRow.sha256 == row.sha256,
            AnnouncementRow.device_no == row.device_no,
        )
        .order_by(col(ClipRow.kept_at))
        .limit(1)
    ).first()
    return OffsiteRecord(
        clip=_clip(row),
        placements=[Placement(**placement.model_dump()) for placement in placements],
        brought_in_at=kept_at,
    )


def _clip(row: OffsiteClipRow) -> OffsiteClip:
    return OffsiteClip(
        clip_id=row.clip_id,
        agency_id=row.agency_id,
        sha256=row.sha256,
        size_bytes=row.size_bytes,
        recorded_start=row.recorded_start,
        recorded_end=row.recorded_end,
        carrier=Carrier(row.carrier),
        device_no=row.device_no,
        filmed_by=row.filmed_by,
        officers=tuple(map(UUID, row.officers)),
        place=row.place,
        unit_id=row.unit_id,
        secrecy=Secrecy(row.secrecy),
        registered_by=row.registered_by,
        registered_at=row.registered_at,
    )
