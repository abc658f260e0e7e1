"""Queries about clips, what they serve, and the marks in them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select, update

from catalog.domain import Clip, Link, Mark
from catalog.tables import ActivityRow, ClipRow, LinkRow, MarkRow
from contracts.ingest import Carrier


def remember_clip(session: Session, clip: Clip) -> None:
    """Keep that a clip is stored, also after an upload under its id that was not."""
    session.merge(ClipRow(**vars(clip)))


def quarantine_clip(session: Session, clip: Clip) -> None:
    """Mark a clip as not to be used, whether or not it was known.

    What was wrongly sent for a recording that lies elsewhere says nothing against it.
    """
    row = session.get(ClipRow, clip.clip_id)
    if row is None:
        session.add(ClipRow(**vars(clip)))
    elif row.storage_device_id is None:
        row.is_quarantined = True


def remember_entry(
    session: Session, clip_id: UUID, agency_id: UUID, original_id: UUID, uploaded_by: UUID
) -> None:
    """Keep that a film was handed in again, whatever was known under the entry's id before."""
    row = session.get(ClipRow, clip_id) or ClipRow(
        clip_id=clip_id, agency_id=agency_id, is_quarantined=False
    )
    row.original_id, row.uploaded_by, row.storage_device_id = original_id, uploaded_by, None
    session.add(row)


def entries_of(session: Session, clip_id: UUID) -> Sequence[UUID]:
    """The entries of which a clip is the original."""
    query = select(ClipRow.clip_id).where(ClipRow.original_id == clip_id)
    return session.exec(query.order_by(col(ClipRow.clip_id))).all()


def remember_facts(session: Session, clip_id: UUID, *, decodable: bool, duration_ms: int) -> None:
    session.exec(
        update(ClipRow)
        .where(col(ClipRow.clip_id) == clip_id)
        .values(decodable=decodable, duration_ms=duration_ms)
    )


def find_clip(session: Session, clip_id: UUID) -> Clip | None:
    row = session.get(ClipRow, clip_id)
    return row and _clip(row)


def add_link(session: Session, link: Link) -> None:
    session.add(LinkRow(**vars(link)))


def find_link(session: Session, link_id: UUID) -> Link | None:
    row = session.get(LinkRow, link_id)
    return row and _link(row)


def is_linked(session: Session, clip_id: UUID, activity_id: UUID) -> bool:
    """Whether a link that was not ended says so."""
    query = select(LinkRow.link_id).where(
        LinkRow.clip_id == clip_id,
        LinkRow.activity_id == activity_id,
        col(LinkRow.ended_at).is_(None),
    )
    return session.exec(query).first() is not None


def end_link(session: Session, link: Link) -> None:
    session.exec(
        update(LinkRow)
        .where(col(LinkRow.link_id) == link.link_id)
        .values(ended_by=link.ended_by, ended_at=link.ended_at)
    )


def links_of_case(session: Session, case_id: UUID) -> Sequence[Link]:
    query = select(LinkRow).where(LinkRow.case_id == case_id).order_by(col(LinkRow.linked_at))
    return [_link(row) for row in session.exec(query)]


def links_of_clip(session: Session, clip_id: UUID) -> Sequence[Link]:
    query = select(LinkRow).where(LinkRow.clip_id == clip_id).order_by(col(LinkRow.linked_at))
    return [_link(row) for row in session.exec(query)]


def clips_of_case(session: Session, case_id: UUID) -> Sequence[Clip]:
    """The clips that serve the case now."""
    serving = select(LinkRow.clip_id).where(
        LinkRow.case_id == case_id, col(LinkRow.ended_at).is_(None)
    )
    query = select(ClipRow).where(col(ClipRow.clip_id).in_(serving))
    return [_clip(row) for row in session.exec(query)]


def unlinked_clips(
    session: Session, agency_id: UUID, after: UUID | None, limit: int
) -> Sequence[Clip]:
    """An agency's clips that serve nothing now and may, the last recorded first."""
    start, clip_id = col(ClipRow.recorded_start), col(ClipRow.clip_id)
    serving = select(LinkRow.link_id).where(
        LinkRow.clip_id == clip_id, col(LinkRow.ended_at).is_(None)
    )
    query = select(ClipRow).where(
        ClipRow.agency_id == agency_id,
        col(ClipRow.is_quarantined).is_(False),
        ~serving.exists(),
    )
    last = select(ClipRow.recorded_start).where(
        ClipRow.clip_id == after, ClipRow.agency_id == agency_id
    )
    if after is not None and (found := session.exec(last).first()):
        # The first part is no more than the second says, but where an index can begin.
        query = query.where(start <= found, or_(start < found, clip_id < after))
    return [
        _clip(row)
        for row in session.exec(query.order_by(start.desc(), clip_id.desc()).limit(limit))
    ]


def add_mark(session: Session, mark: Mark) -> None:
    session.add(MarkRow(**vars(mark)))


def find_mark(session: Session, mark_id: UUID) -> Mark | None:
    row = session.get(MarkRow, mark_id)
    return row and _mark(row)


def marks_of_case(session: Session, case_id: UUID) -> Sequence[Mark]:
    of_case = select(ActivityRow.activity_id).where(ActivityRow.case_id == case_id)
    query = (
        select(MarkRow)
        .where(col(MarkRow.activity_id).in_(of_case))
        .order_by(col(MarkRow.clip_id), col(MarkRow.offset_ms))
    )
    return [_mark(row) for row in session.exec(query)]


def marks_of_clip(session: Session, clip_id: UUID) -> Sequence[Mark]:
    query = select(MarkRow).where(MarkRow.clip_id == clip_id).order_by(col(MarkRow.offset_ms))
    return [_mark(row) for row in session.exec(query)]


def _clip(row: ClipRow) -> Clip:
    return Clip(
        clip_id=row.clip_id,
        agency_id=row.agency_id,
        unit_id=row.unit_id,
        carrier=Carrier(row.carrier) if row.carrier else None,
        recorded_start=row.recorded_start,
        recorded_end=row.recorded_end,
        filmed_by=row.filmed_by,
        uploaded_by=row.uploaded_by,
        is_quarantined=row.is_quarantined,
        decodable=row.decodable,
        duration_ms=row.duration_ms,
        original_id=row.original_id,
        storage_device_id=row.storage_device_id,
    )


def _link(row: LinkRow) -> Link:
    return Link(
        link_id=row.link_id,
        clip_id=row.clip_id,
        activity_id=row.activity_id,
        case_id=row.case_id,
        linked_by=row.linked_by,
        linked_at=row.linked_at,
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )


def _mark(row: MarkRow) -> Mark:
    return Mark(
        mark_id=row.mark_id,
        clip_id=row.clip_id,
        activity_id=row.activity_id,
        point=row.point,
        offset_ms=row.offset_ms,
        added_by=row.added_by,
        added_at=row.added_at,
    )
