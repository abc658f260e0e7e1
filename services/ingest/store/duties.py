"""Every query about duties, and about clips whose duties are to be computed anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import and_, func, or_, text
from sqlmodel import Session, col, delete, insert, select

from ingest.tables import AnnouncementRow, DutyRow, UnjudgedRow, UploadRow


@dataclass(frozen=True)
class Kept:
    """A duty as it is on record."""

    clip_id: UUID
    rule_id: str
    agency_id: UUID
    unit_id: UUID | None
    pack_sha256: str
    warn_at: datetime | None
    due_at: datetime
    is_open: bool
    next_at: datetime | None
    is_soon_told: bool
    is_overdue_told: bool
    due_latest_at: datetime | None = None
    """None: as `due_at`."""

    @property
    def duty_id(self) -> UUID:
        return uuid5(self.clip_id, self.rule_id)


def duties_of(session: Session, clip_id: UUID) -> Mapping[str, Kept]:
    """The duties of a clip that are on record, by their rule."""
    rows = session.exec(select(DutyRow).where(DutyRow.clip_id == clip_id))
    return {row.rule_id: _kept(row) for row in rows}


def save_duty(session: Session, kept: Kept) -> None:
    session.merge(DutyRow(duty_id=kept.duty_id, **vars(kept)))


def to_look_at(session: Session, now: datetime, limit: int) -> Sequence[UUID]:
    """Clips of which some duty's time has come, the longest waiting first."""
    rows = session.exec(
        select(DutyRow.clip_id, DutyRow.next_at)
        .where(text("next_at IS NOT NULL"), col(DutyRow.next_at) < now)
        .order_by(col(DutyRow.next_at))
        .limit(limit)
    )
    return list(dict.fromkeys(clip_id for clip_id, _ in rows))


def page(
    session: Session,
    agency_id: UUID,
    state: Literal["due_soon", "late"],
    now: datetime,
    *,
    unit: tuple[UUID | None] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Kept]:
    """Duties still to be done, the first due first; of one unit, where `unit` says which."""
    due_at, duty_id = col(DutyRow.due_at), col(DutyRow.duty_id)
    latest = func.coalesce(col(DutyRow.due_latest_at), due_at)
    wanted = select(DutyRow).where(
        text("is_open"),  # as a literal: with a parameter, the index of these would not be used
        col(DutyRow.agency_id) == agency_id,
        latest < now if state == "late" else and_(latest >= now, col(DutyRow.warn_at) < now),
    )
    if unit is not None:
        wanted = wanted.where(col(DutyRow.unit_id) == unit[0])
    last = select(DutyRow.due_at).where(DutyRow.duty_id == after, DutyRow.agency_id == agency_id)
    if after is not None and (found := session.exec(last).first()):
        wanted = wanted.where(or_(due_at > found, and_(due_at == found, duty_id > after)))
    return [_kept(row) for row in session.exec(wanted.order_by(due_at, duty_id).limit(limit))]


def mark_unjudged(session: Session, agency_id: UUID, since: datetime) -> None:
    """Have the duties of an agency's clips recorded from an instant on computed anew."""
    known = select(UnjudgedRow.clip_id)
    found = (
        select(AnnouncementRow.clip_id, UploadRow.agency_id)
        .join(UploadRow, col(UploadRow.clip_id) == col(AnnouncementRow.clip_id))
        .where(
            UploadRow.agency_id == agency_id,
            AnnouncementRow.recorded_end >= since,
            col(AnnouncementRow.clip_id).not_in(known),
        )
    )
    session.exec(insert(UnjudgedRow).from_select(["clip_id", "agency_id"], found))


def mark_unjudged_of_device(
    session: Session, agency_id: UUID, device_no: str, ends: tuple[datetime, datetime]
) -> None:
    """Have the duties computed anew of what a device recorded between two moments of its time."""
    known = select(UnjudgedRow.clip_id)
    found = (
        select(AnnouncementRow.clip_id, UploadRow.agency_id)
        .join(UploadRow, col(UploadRow.clip_id) == col(AnnouncementRow.clip_id))
        .where(
            UploadRow.agency_id == agency_id,
            AnnouncementRow.device_no == device_no,
            col(AnnouncementRow.recorded_end).between(*ends),
            col(AnnouncementRow.clip_id).not_in(known),
        )
    )
    session.exec(insert(UnjudgedRow).from_select(["clip_id", "agency_id"], found))


def unjudged(session: Session, after: UUID, limit: int) -> Sequence[UUID]:
    """Some of those clips, by id from the one after `after`."""
    query = select(UnjudgedRow.clip_id).where(col(UnjudgedRow.clip_id) > after)
    return session.exec(query.order_by(col(UnjudgedRow.clip_id)).limit(limit)).all()


def set_judged(session: Session, clip_id: UUID) -> None:
    session.exec(delete(UnjudgedRow).where(col(UnjudgedRow.clip_id) == clip_id))


def _kept(row: DutyRow) -> Kept:
    return Kept(**row.model_dump(exclude={"duty_id"}))
