"""Every query about duties, and about clips whose duties are to be computed anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid5

from sqlalchemy import and_, func, not_, or_, text
from sqlmodel import Session, col, delete, insert, select

from ingest.domain.clocks import ClipState
from ingest.domain.upload import UploadState
from ingest.tables import AnnouncementRow, ClipRow, DutyRow, OffsiteClipRow, UnjudgedRow, UploadRow

_STATES: Final[Mapping[str, ClipState]] = {
    UploadState.TERMINATED: ClipState.ENDED,
    UploadState.EXPIRED: ClipState.ENDED,
    UploadState.QUARANTINED: ClipState.QUARANTINED,
    UploadState.STORED: ClipState.STORED,
}
"""As far as it is not on its way."""


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
    due_lenient_at: datetime | None = None
    """None: the law is read in one way only."""
    is_disputed: bool = False
    """Whether another law that may have ruled never holds it for late."""

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
    is_late = and_(latest < now, not_(col(DutyRow.is_disputed)))
    wanted = select(DutyRow).where(
        text("is_open"),  # as a literal: with a parameter, the index of these would not be used
        col(DutyRow.agency_id) == agency_id,
        is_late if state == "late" else and_(not_(is_late), col(DutyRow.warn_at) < now),
    )
    if unit is not None:
        wanted = wanted.where(col(DutyRow.unit_id) == unit[0])
    last = select(DutyRow.due_at).where(DutyRow.duty_id == after, DutyRow.agency_id == agency_id)
    if after is not None and (found := session.exec(last).first()):
        wanted = wanted.where(or_(due_at > found, and_(due_at == found, duty_id > after)))
    return [_kept(row) for row in session.exec(wanted.order_by(due_at, duty_id).limit(limit))]


def left_undone_of(session: Session, clip_id: UUID) -> Sequence[UUID]:
    """Clips of the agency with the same film of the same device, of which some duty is open.

    The same is what was announced alike, or came under another announcement.
    """
    film = session.get_one(ClipRow, clip_id)
    device_no = session.get_one(AnnouncementRow, clip_id).device_no
    announced = select(AnnouncementRow.clip_id).where(AnnouncementRow.sha256 == film.sha256)
    came = select(ClipRow.clip_id).where(
        ClipRow.agency_id == film.agency_id, ClipRow.sha256 == film.sha256
    )
    undone = select(DutyRow.clip_id).where(
        text("is_open"), DutyRow.agency_id == film.agency_id, DutyRow.clip_id != clip_id
    )
    here = undone.join(AnnouncementRow, col(AnnouncementRow.clip_id) == col(DutyRow.clip_id)).where(
        AnnouncementRow.device_no == device_no,
        or_(col(DutyRow.clip_id).in_(announced), col(DutyRow.clip_id).in_(came)),
    )
    outside = undone.join(
        OffsiteClipRow, col(OffsiteClipRow.clip_id) == col(DutyRow.clip_id)
    ).where(OffsiteClipRow.sha256 == film.sha256, OffsiteClipRow.device_no == device_no)
    return list(dict.fromkeys([*session.exec(here), *session.exec(outside)]))


def states_of(session: Session, clip_ids: Sequence[UUID]) -> Mapping[UUID, ClipState]:
    """What became of each of these clips."""
    query = select(UploadRow.clip_id, UploadRow.state).where(col(UploadRow.clip_id).in_(clip_ids))
    rows = session.exec(query)
    found = {clip_id: _STATES.get(state, ClipState.AWAITED) for clip_id, state in rows}
    return dict.fromkeys(clip_ids, ClipState.OFFSITE) | found


def mark_unjudged(session: Session, agency_id: UUID, since: datetime) -> None:
    """Have the duties of an agency's clips told of from an instant on computed anew.

    Whatever a device says of when it recorded them: nothing is told of before it is recorded.
    """
    known = select(UnjudgedRow.clip_id)
    found = (
        select(AnnouncementRow.clip_id, UploadRow.agency_id)
        .join(UploadRow, col(UploadRow.clip_id) == col(AnnouncementRow.clip_id))
        .where(
            UploadRow.agency_id == agency_id,
            UploadRow.created_at >= since,
            col(AnnouncementRow.clip_id).not_in(known),
        )
    )
    session.exec(insert(UnjudgedRow).from_select(["clip_id", "agency_id"], found))
    outside = select(OffsiteClipRow.clip_id, OffsiteClipRow.agency_id).where(
        OffsiteClipRow.agency_id == agency_id,
        OffsiteClipRow.registered_at >= since,
        col(OffsiteClipRow.clip_id).not_in(known),
    )
    session.exec(insert(UnjudgedRow).from_select(["clip_id", "agency_id"], outside))


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
