"""Queries about how much is used of what may be: few rows, by an index each."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, select, text
from sqlmodel import Session, col

from common.fence import across_agencies
from ingest.domain.quota import DAY, MINUTE, UNSAID_BYTES, Use
from ingest.domain.upload import UploadState
from ingest.store.uploads import lies_at
from ingest.tables import UploadRow

_OPEN = text("state IN ('receiving', 'part')")
_NOT_A_PART_OF_ANOTHER = text("state != 'joined'")
"""What was joined counts as the film that it became part of. Both as literals: with parameters, the
indexes of these rows alone would not be used.
"""


def used(
    session: Session, agency_id: UUID, uploaded_by: UUID, device_no: str | None, now: datetime
) -> Use:
    """What is used by an agency, by one of its people and by one of its devices."""
    of_person = col(UploadRow.uploaded_by) == uploaded_by
    of_device = col(UploadRow.device_no) == device_no
    unfinished = select(
        func.count().filter(of_person),
        func.count().filter(of_device),
        func.count(),
        _sum(_awaited()),
    ).where(_OPEN, col(UploadRow.agency_id) == agency_id)
    people, devices, all_open, awaited = session.connection().execute(unfinished).one()
    begun_at = col(UploadRow.created_at)
    within_a_day = select(
        func.coalesce(func.sum(_counted()).filter(of_device), 0),
        _sum(_counted()),
        func.count().filter(of_device, begun_at > now - MINUTE),
        func.min(begun_at).filter(of_device),
        func.min(begun_at),
    ).where(
        col(UploadRow.agency_id) == agency_id,
        begun_at > now - DAY,
        _NOT_A_PART_OF_ANOTHER,
    )
    of_device_bytes, of_agency_bytes, in_minute, *first_at = (
        session.connection().execute(within_a_day).one()
    )
    return Use(
        people,
        devices,
        all_open,
        int(awaited),
        int(of_device_bytes),
        int(of_agency_bytes),
        in_minute,
        *first_at,
    )


def promised_bytes(session: Session, replica: int, moved_after: datetime) -> int:
    """What a replica still awaits of all uploads, of any agency, that moved after an instant.

    Across agencies: they share the disk.
    """
    query = select(_sum(_awaited())).where(
        _OPEN, col(UploadRow.moved_at) > moved_after, lies_at(replica)
    )
    with across_agencies(session):
        return int(session.connection().execute(query).scalar_one())


def _awaited() -> ColumnElement[int]:
    """What is announced and not here yet."""
    offset = col(UploadRow.offset)
    unsaid = case((offset < UNSAID_BYTES, UNSAID_BYTES - offset), else_=0)
    size = col(UploadRow.size_bytes)
    return case((size.is_(None), unsaid), else_=size - offset)


def _counted() -> ColumnElement[int]:
    offset = col(UploadRow.offset)
    unsaid = case((offset > UNSAID_BYTES, offset), else_=UNSAID_BYTES)
    counted = func.coalesce(col(UploadRow.size_bytes), unsaid)
    # An entry that names its original from the first brought nothing.
    is_entry = col(UploadRow.state) == UploadState.RESUBMITTED
    brought_nothing = and_(is_entry, col(UploadRow.moved_at) == col(UploadRow.created_at))
    return case((brought_nothing, 0), else_=counted)


def _sum(what: ColumnElement[int]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(what), 0)
