"""Every query about pointers to what may not enter."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session, col, select

from contracts.ingest import Carrier
from ingest.domain.pointers import Pointer
from ingest.tables import PointerRow


def add_pointer(session: Session, pointer: Pointer) -> None:
    session.add(PointerRow(**vars(pointer)))


def find_pointer(session: Session, clip_id: UUID) -> Pointer | None:
    row = session.get(PointerRow, clip_id)
    return row and _pointer(row)


def pointers_of(
    session: Session, agency_id: UUID, after: UUID | None, limit: int
) -> Sequence[Pointer]:
    """An agency's pointers by their ids, from the one after `after`."""
    query = select(PointerRow).where(PointerRow.agency_id == agency_id)
    if after:
        query = query.where(col(PointerRow.clip_id) > after)
    return [
        _pointer(row) for row in session.exec(query.order_by(col(PointerRow.clip_id)).limit(limit))
    ]


def _pointer(row: PointerRow) -> Pointer:
    return replace(Pointer(**row.model_dump()), carrier=Carrier(row.carrier))
