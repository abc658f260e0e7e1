"""The query for an agency's clips, whether their bytes are here or not."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, text
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from contracts.ingest import Carrier
from ingest.domain.listing import Listed, Wanted
from ingest.domain.upload import UploadState
from ingest.tables import AnnouncementRow, UploadRow


def page(
    session: Session, agency_id: UUID, wanted: Wanted, after: UUID | None, limit: int
) -> Sequence[Listed]:
    """An agency's clips that fit, the last announced first; parts of films are none."""
    began, clip_id = col(UploadRow.created_at), col(UploadRow.clip_id)
    query = (
        select(UploadRow, AnnouncementRow)
        .join(AnnouncementRow, clip_id == col(AnnouncementRow.clip_id))
        .where(
            text("state != 'joined'"),  # as a literal: so that the index of the others is used
            col(UploadRow.agency_id) == agency_id,
            *_conditions(wanted),
        )
    )
    if after is not None:
        last = session.exec(_began(agency_id, after)).first()
        if last is not None:
            query = query.where(or_(began < last, and_(began == last, clip_id < after)))
    rows = session.exec(query.order_by(began.desc(), clip_id.desc()).limit(limit))
    return [_listed(upload, said) for upload, said in rows]


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    start = col(AnnouncementRow.recorded_start)
    if wanted.state is not None:
        yield col(UploadRow.state) == wanted.state
    if wanted.device_no is not None:
        yield col(AnnouncementRow.device_no) == wanted.device_no
    if wanted.recorded_from is not None:
        yield start >= wanted.recorded_from
    if wanted.recorded_to is not None:
        yield start < wanted.recorded_to


def _began(agency_id: UUID, clip_id: UUID) -> SelectOfScalar[datetime]:
    return select(UploadRow.created_at).where(
        UploadRow.clip_id == clip_id, UploadRow.agency_id == agency_id
    )


def _listed(upload: UploadRow, said: AnnouncementRow) -> Listed:
    return Listed(
        clip_id=upload.clip_id,
        state=UploadState(upload.state),
        offset=upload.offset,
        size_bytes=upload.size_bytes,
        device_no=said.device_no,
        carrier=Carrier(said.carrier),
        filename=said.filename,
        recorded_start=said.recorded_start,
        recorded_end=said.recorded_end,
        filmed_by=said.filmed_by,
        uploaded_by=upload.uploaded_by,
        unit_id=said.unit_id,
        announced_at=upload.created_at,
        moved_at=upload.moved_at,
    )
