"""Every query of retention. Takes and returns domain values; rows do not leave this file."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlmodel import Session, col, select

from common.packs import Pack
from contracts.catalog import Category, Trait
from retention.domain.cases import CaseFile, Clip, Confirmation, Ended, Link, Proposed
from retention.domain.disposals import Answer, Disposal, Hold, Mandate, Reason
from retention.domain.periods import Schedule
from retention.tables import (
    RULEBOOK,
    CaseRow,
    ClipRow,
    ConfirmationRow,
    DisposalRow,
    HoldRow,
    LinkRow,
    ScheduleRow,
)


def read_pack(session: Session, name: str, sha256: str) -> Pack:
    """The bytes by which something was decided, whatever rules today."""
    contents = RULEBOOK.contents
    query = select(contents.c.content).where(contents.c.sha256 == sha256)
    return Pack.from_bytes(name, session.connection().execute(query).scalar_one())


def find_case(session: Session, case_id: UUID) -> CaseFile | None:
    row = session.get(CaseRow, case_id)
    return row and _case(row)


def lock_cases(session: Session, case_ids: Iterable[UUID]) -> dict[UUID, CaseFile]:
    """The cases, with everybody else who wants to decide about them waiting."""
    wanted = col(CaseRow.case_id).in_(list(case_ids))
    query = select(CaseRow).where(wanted).order_by(col(CaseRow.case_id)).with_for_update()
    return {row.case_id: _case(row) for row in session.exec(query)}


def lock_case(session: Session, case_id: UUID) -> CaseFile | None:
    """The case, with everybody else who wants to decide about it waiting."""
    return lock_cases(session, [case_id]).get(case_id)


def save_case(session: Session, case: CaseFile) -> None:
    ended, proposed = case.ended, case.proposed
    session.merge(
        CaseRow(
            case_id=case.case_id,
            agency_id=case.agency_id,
            unit_id=case.unit_id,
            category=ended and ended.category,
            ended_on=ended and ended.on,
            traits=sorted(ended.traits) if ended else [],
            archived_on=case.archived_on,
            class_id=proposed and proposed.class_id,
            rule_id=proposed and proposed.rule_id,
            pack=proposed and proposed.pack,
            pack_sha256=proposed and proposed.pack_sha256,
        )
    )
    session.flush()


def lock_unconfirmed(session: Session, agency_id: UUID, since: date) -> list[CaseFile]:
    """Cases of the agency that ended on `since` or later and have no confirmed class."""
    confirmed = select(ConfirmationRow.case_id)
    query = (
        select(CaseRow)
        .where(
            CaseRow.agency_id == agency_id,
            col(CaseRow.ended_on) >= since,
            col(CaseRow.case_id).not_in(confirmed),
        )
        .order_by(col(CaseRow.case_id))
        .with_for_update()
    )
    return [_case(row) for row in session.exec(query)]


def add_confirmation(session: Session, confirmation: Confirmation) -> None:
    session.add(ConfirmationRow(**vars(confirmation)))
    session.flush()


def confirmations(session: Session, case_id: UUID) -> list[Confirmation]:
    """All of a case; the one with the longest class rules."""
    query = select(ConfirmationRow).where(ConfirmationRow.case_id == case_id)
    return [
        Confirmation(row.case_id, row.class_id, row.rule_id, row.confirmed_by, row.confirmed_at)
        for row in session.exec(query)
    ]


def confirmed(session: Session, case_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the cases whose class is confirmed."""
    wanted = col(ConfirmationRow.case_id).in_(list(case_ids))
    return set(session.exec(select(ConfirmationRow.case_id).where(wanted)))


def find_clip(session: Session, clip_id: UUID) -> Clip | None:
    row = session.get(ClipRow, clip_id)
    return row and _clip(row)


def lock_clip(session: Session, clip_id: UUID) -> Clip | None:
    """The clip, with everybody else who wants to decide about it waiting."""
    row = session.get(ClipRow, clip_id, with_for_update=True)
    return row and _clip(row)


def save_clip(session: Session, clip: Clip) -> None:
    session.merge(ClipRow(**vars(clip)))
    session.flush()


def find_link(session: Session, link_id: UUID) -> Link | None:
    row = session.get(LinkRow, link_id)
    return row and _link(row)


def add_link(session: Session, link: Link) -> None:
    session.add(LinkRow(**vars(link)))
    session.flush()


def links_of_clip(session: Session, clip_id: UUID) -> list[Link]:
    """Every link it ever had."""
    return [_link(row) for row in session.exec(select(LinkRow).where(LinkRow.clip_id == clip_id))]


def clips_of_case(session: Session, case_id: UUID) -> list[Clip]:
    """The clips that serve the case, or ever did."""
    of_case = select(LinkRow.clip_id).where(LinkRow.case_id == case_id)
    query = select(ClipRow).where(col(ClipRow.clip_id).in_(of_case)).order_by(col(ClipRow.clip_id))
    return [_clip(row) for row in session.exec(query)]


def find_schedule(session: Session, clip_id: UUID) -> Schedule | None:
    row = session.get(ScheduleRow, clip_id)
    return row and _schedule(row)


def save_schedule(session: Session, clip_id: UUID, schedule: Schedule) -> None:
    session.merge(ScheduleRow(clip_id=clip_id, **vars(schedule)))
    session.flush()


def find_hold(session: Session, hold_id: UUID) -> Hold | None:
    row = session.get(HoldRow, hold_id)
    return row and _hold(row)


def add_hold(session: Session, hold: Hold) -> None:
    session.add(HoldRow(**vars(hold), released_by=None))
    session.flush()


def release_hold(session: Session, hold_id: UUID, released_by: UUID, released_at: datetime) -> None:
    row = session.get_one(HoldRow, hold_id)
    row.released_by, row.released_at = released_by, released_at
    session.flush()


def holds_of(session: Session, case_ids: Iterable[UUID]) -> list[Hold]:
    """Every hold ever placed on the cases, oldest first."""
    query = (
        select(HoldRow)
        .where(col(HoldRow.case_id).in_(list(case_ids)))
        .order_by(col(HoldRow.placed_at), col(HoldRow.hold_id))
    )
    return [_hold(row) for row in session.exec(query)]


def find_disposal(session: Session, disposal_id: UUID) -> Disposal | None:
    """The request with its last answer."""
    query = select(DisposalRow).where(DisposalRow.disposal_id == disposal_id)
    row = session.exec(query.order_by(col(DisposalRow.position).desc())).first()
    if row is None:
        return None
    reason = cast("Reason | None", row.reason)  # written by add_disposal from this very type
    answer = Answer(reason, row.rule_id, row.citation, row.text, row.pack_sha256)
    return Disposal(row.disposal_id, row.clip_id, row.asked_by, answer)


def add_disposal(session: Session, disposal: Disposal, answered_at: datetime) -> None:
    session.add(
        DisposalRow(
            disposal_id=disposal.disposal_id,
            clip_id=disposal.clip_id,
            asked_by=disposal.asked_by,
            answered_at=answered_at,
            **vars(disposal.answer),
        )
    )
    session.flush()


def _case(row: CaseRow) -> CaseFile:
    ended = proposed = None
    if row.category and row.ended_on:
        traits = frozenset(Trait(trait) for trait in row.traits)
        ended = Ended(Category(row.category), row.ended_on, traits)
    if row.class_id and row.rule_id and row.pack and row.pack_sha256:
        proposed = Proposed(row.class_id, row.rule_id, row.pack, row.pack_sha256)
    return CaseFile(row.case_id, row.agency_id, row.unit_id, ended, row.archived_on, proposed)


def _clip(row: ClipRow) -> Clip:
    return Clip(row.clip_id, row.agency_id, row.recorded_on)


def _link(row: LinkRow) -> Link:
    return Link(row.link_id, row.clip_id, row.case_id)


def _schedule(row: ScheduleRow) -> Schedule:
    return Schedule(
        row.case_id, row.class_id, row.rule_id, row.citation, row.pack_sha256, row.keep_until
    )


def _hold(row: HoldRow) -> Hold:
    mandate = cast("Mandate", row.mandate)  # written by add_hold from this very type
    return Hold(row.hold_id, row.case_id, mandate, row.placed_by, row.placed_at, row.released_at)
