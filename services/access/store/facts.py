"""Queries on what access keeps of other services' news. Rows do not leave this file."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from access.domain.content import Clip
from access.domain.requests import Case, Entry
from access.tables import (
    KnownCaseRow,
    KnownClipRow,
    KnownEntryRow,
    KnownHandlerRow,
    KnownLinkRow,
)
from contracts.catalog import Category
from contracts.ingest import Carrier


def keep_clip(session: Session, clip: Clip) -> None:
    """Take over what is said of a clip whose original is kept."""
    session.merge(KnownClipRow(**vars(clip)))


def keep_quarantined(session: Session, clip_id: UUID, agency_id: UUID) -> None:
    """Forget what was known of a clip's original: there is none that may be used."""
    nothing = dict.fromkeys(
        ("sha256", "size_bytes", "carrier", "recorded_start", "recorded_end", "filmed_by")
    )
    session.merge(KnownClipRow(clip_id=clip_id, agency_id=agency_id, **nothing))


def keep_entry(session: Session, entry: Entry) -> None:
    session.merge(KnownEntryRow(**vars(entry)))


def find_entry(session: Session, clip_id: UUID) -> Entry | None:
    """Of which clip it is an entry, if it is one."""
    row = session.get(KnownEntryRow, clip_id)
    return row and Entry(row.clip_id, row.agency_id, row.original_id)


def find_agency(session: Session, clip_id: UUID) -> UUID | None:
    """Whose clip it is; None for one never heard of."""
    row = session.get(KnownClipRow, clip_id)
    return row and row.agency_id


def find_clip(session: Session, clip_id: UUID) -> Clip | None:
    """A clip with an original; None also for a quarantined one."""
    row = session.get(KnownClipRow, clip_id)
    if row is None or row.sha256 is None:
        return None
    said: dict[str, Any] = row.model_dump() | {"carrier": Carrier(row.carrier)}
    return Clip(**said)


def keep_case(session: Session, case_id: UUID, category: Category, unit_id: UUID) -> None:
    row = session.get(KnownCaseRow, case_id) or KnownCaseRow(case_id=case_id)
    row.category, row.unit_id = category, unit_id
    session.add(row)


def keep_archived(session: Session, case_id: UUID, archived_on: date) -> None:
    row = session.get(KnownCaseRow, case_id) or KnownCaseRow(case_id=case_id)
    row.archived_on = archived_on
    session.add(row)


def keep_link(
    session: Session, link_id: UUID, *, clip_id: UUID, agency_id: UUID, case_id: UUID, unit_id: UUID
) -> None:
    row = KnownLinkRow(
        link_id=link_id,
        clip_id=clip_id,
        agency_id=agency_id,
        case_id=case_id,
        unit_id=unit_id,
        is_ended=False,
    )
    session.merge(row)


def end_link(session: Session, link_id: UUID) -> None:
    row = session.get_one(KnownLinkRow, link_id)
    row.is_ended = True


def keep_handlers(
    session: Session, activity_id: UUID, case_id: UUID, officers: Sequence[UUID]
) -> None:
    """Replace the officers of an activity by those named last."""
    before = delete(KnownHandlerRow).where(col(KnownHandlerRow.activity_id) == activity_id)
    session.connection().execute(before)
    for officer_id in set(officers):
        row = {"activity_id": activity_id, "officer_id": officer_id, "case_id": case_id}
        session.connection().execute(insert(KnownHandlerRow).values(row))


def cases_of(session: Session, clip_id: UUID, agency_id: UUID) -> list[Case]:
    """The cases a clip belongs to now, by links of its own agency."""
    query = (
        select(KnownLinkRow, KnownCaseRow)
        .join(KnownCaseRow, col(KnownCaseRow.case_id) == col(KnownLinkRow.case_id), isouter=True)
        .where(
            KnownLinkRow.clip_id == clip_id,
            KnownLinkRow.agency_id == agency_id,
            col(KnownLinkRow.is_ended).is_(False),
        )
        .order_by(col(KnownLinkRow.link_id))
    )
    found = {link.case_id: (link, case) for link, case in session.exec(query)}
    return [_case(session, link, case) for link, case in found.values()]


def _case(session: Session, link: KnownLinkRow, case: KnownCaseRow | None) -> Case:
    officers = select(KnownHandlerRow.officer_id).where(KnownHandlerRow.case_id == link.case_id)
    return Case(
        case_id=link.case_id,
        unit_id=(case and case.unit_id) or link.unit_id,
        category=Category(case.category) if case and case.category else None,
        archived=bool(case and case.archived_on),
        handlers=frozenset(session.exec(officers)),
    )
