"""Every query of checklist. Takes and returns domain values; rows do not leave this file."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, Subquery, and_, case, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, insert, select

from checklist.domain.activation import Activation
from checklist.domain.facts import Activity, Clip, Facts, Mark, Probe, Recording
from checklist.domain.judgement import Judgement
from checklist.tables import (
    ActivationRow,
    ActivityRow,
    ConditionRow,
    EntryRow,
    EvaluationRow,
    LinkRow,
    MarkRow,
    MilestoneRow,
    ProbeRow,
    RecordingRow,
    StaleRow,
)
from contracts.catalog import Category
from contracts.ingest import Carrier


def keep_activity(session: Session, activity: Activity) -> None:
    """Remember an activity as last told, and when it was first recorded."""
    known, recorded_at = session.get(ActivityRow, activity.activity_id), activity.recorded_at
    session.merge(
        ActivityRow(
            activity_id=activity.activity_id,
            agency_id=activity.agency_id,
            case_id=activity.case_id,
            category=activity.category,
            stage=activity.stage,
            officer_ids=[str(officer_id) for officer_id in activity.officer_ids],
            recorded_at=min(known.recorded_at, recorded_at) if known else recorded_at,
        )
    )


def find_activity(session: Session, activity_id: UUID) -> Activity | None:
    row = session.get(ActivityRow, activity_id)
    return row and Activity(
        activity_id=row.activity_id,
        agency_id=row.agency_id,
        case_id=row.case_id,
        category=Category(row.category),
        stage=row.stage,
        officer_ids=tuple(UUID(officer_id) for officer_id in row.officer_ids),
        recorded_at=row.recorded_at,
    )


def keep_milestone(session: Session, activity_id: UUID, milestone: str, at: datetime) -> None:
    """Remember when a milestone was, and every other moment that was stated before."""
    row = session.get(MilestoneRow, (activity_id, milestone))
    if row is None:
        session.add(MilestoneRow(activity_id=activity_id, milestone=milestone, at=at, earlier=[]))
    elif row.at != at:
        row.earlier, row.at = [*row.earlier, row.at.isoformat()], at
        session.add(row)


def keep_condition(session: Session, activity_id: UUID, condition: str, *, holds: bool) -> None:
    session.merge(ConditionRow(activity_id=activity_id, condition=condition, holds=holds))


def keep_link(
    session: Session, link_id: UUID, activity_id: UUID, clip_id: UUID, *, ended: bool
) -> None:
    """Remember a link. Once ended it stays ended, whichever was told first."""
    known = session.get(LinkRow, link_id)
    ended = ended or (known is not None and known.ended)
    session.merge(LinkRow(link_id=link_id, activity_id=activity_id, clip_id=clip_id, ended=ended))


def keep_mark(session: Session, mark_id: UUID, activity_id: UUID, mark: Mark) -> None:
    session.merge(
        MarkRow(
            mark_id=mark_id,
            activity_id=activity_id,
            clip_id=mark.clip_id,
            point=mark.point,
            offset_ms=mark.offset_ms,
        )
    )


def keep_recording(
    session: Session, clip_id: UUID, recording: Recording, *, agency_id: UUID, sha256: str | None
) -> None:
    """Remember a recording. `sha256` is None where nobody here has read its bytes."""
    session.merge(
        RecordingRow(
            clip_id=clip_id,
            agency_id=agency_id,
            sha256=sha256,
            carrier=recording.carrier,
            recorded_start=recording.recorded_start,
            recorded_end=recording.recorded_end,
            is_offsite=recording.is_offsite,
        )
    )


def is_stored(session: Session, clip_id: UUID) -> bool:
    """Whether a clip's bytes are kept in this system, as far as ingest has told."""
    row = session.get(RecordingRow, clip_id)
    return row is not None and not row.is_offsite


def forget_recording(session: Session, clip_id: UUID) -> None:
    for rows in (ProbeRow, RecordingRow):
        session.exec(delete(rows).where(col(rows.clip_id) == clip_id))


def keep_entry(session: Session, clip_id: UUID, agency_id: UUID, original_id: UUID) -> None:
    """Remember that a clip has no bytes of its own: those of its original are its."""
    session.merge(EntryRow(clip_id=clip_id, agency_id=agency_id, original_id=original_id))


def keep_probe(session: Session, clip_id: UUID, probe: Probe) -> None:
    session.merge(
        ProbeRow(
            clip_id=clip_id,
            decodable=probe.decodable,
            duration_ms=probe.duration_ms,
            has_picture=probe.has_picture,
            jumps=probe.jumps,
            made_at=probe.made_at,
        )
    )


def activities_of(session: Session, clip_id: UUID) -> Sequence[UUID]:
    """The activities a clip serves now, under its own name or that of an entry of it."""
    entries = select(EntryRow.clip_id).where(EntryRow.original_id == clip_id)
    is_it = or_(col(LinkRow.clip_id) == clip_id, col(LinkRow.clip_id).in_(entries))
    query = (
        select(LinkRow.activity_id)
        .where(is_it, col(LinkRow.ended).is_(False))
        .distinct()
        .order_by(col(LinkRow.activity_id))
    )
    return session.exec(query).all()


def clips_like(session: Session, clip_id: UUID) -> Sequence[UUID]:
    """The stored clips of an agency that have the bytes of one of them, itself among them."""
    of = session.get(RecordingRow, clip_id)
    if of is None:
        return ()
    query = (
        select(RecordingRow.clip_id)
        .where(RecordingRow.agency_id == of.agency_id, RecordingRow.sha256 == of.sha256)
        .order_by(col(RecordingRow.clip_id))
    )
    return session.exec(query).all()


def facts_of(session: Session, activity: Activity) -> Facts:
    """Everything known of an activity, in an order that depends on nothing else."""
    of = activity.activity_id
    milestones = session.exec(select(MilestoneRow).where(MilestoneRow.activity_id == of)).all()
    conditions = session.exec(select(ConditionRow).where(ConditionRow.activity_id == of)).all()
    marks = session.exec(
        select(MarkRow).where(MarkRow.activity_id == of).order_by(col(MarkRow.mark_id))
    ).all()
    return Facts(
        activity=activity,
        milestones={row.milestone: row.at for row in milestones},
        conditions={row.condition: row.holds for row in conditions},
        clips=_clips(session, of),
        marks=tuple(Mark(row.clip_id, row.point, row.offset_ms) for row in marks),
        earlier={
            row.milestone: tuple(map(datetime.fromisoformat, row.earlier))
            for row in milestones
            if row.earlier
        },
    )


def add_evaluation(
    session: Session, evaluation_id: UUID, activity_id: UUID, judgement: Judgement, at: datetime
) -> None:
    session.add(
        EvaluationRow(
            evaluation_id=evaluation_id,
            activity_id=activity_id,
            evaluated_at=at,
            state=judgement.state,
            act_on=judgement.act_on,
            pack=judgement.pack,
            pack_sha256=judgement.pack_sha256,
            notice=judgement.notice,
            findings=[finding.model_dump(mode="json") for finding in judgement.findings],
        )
    )


def last_evaluation(session: Session, activity_id: UUID) -> tuple[Judgement, datetime] | None:
    """What an activity was last judged, and since when that stands."""
    query = (
        select(EvaluationRow)
        .where(EvaluationRow.activity_id == activity_id)
        .order_by(col(EvaluationRow.position).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return row and (Judgement.model_validate(row, from_attributes=True), row.evaluated_at)


def keep_activation(session: Session, activation: Activation, at: datetime) -> None:
    """Add a proposal, or the confirmation of one, made at `at`."""
    row = session.get(ActivationRow, activation.activation_id)
    if row is None:
        session.add(ActivationRow(**vars(activation), proposed_at=at, confirmed_at=None))
    else:
        row.confirmed_by, row.confirmed_at = activation.confirmed_by, at
        session.add(row)


def find_activation(session: Session, activation_id: UUID) -> Activation | None:
    row = session.get(ActivationRow, activation_id, with_for_update=True)
    return row and _activation(row)


def activations(session: Session, agency_id: UUID) -> Sequence[Activation]:
    """Every activation an agency proposed, the last one first."""
    query = (
        select(ActivationRow)
        .where(ActivationRow.agency_id == agency_id)
        .order_by(col(ActivationRow.proposed_at).desc(), col(ActivationRow.activation_id))
    )
    return [_activation(row) for row in session.exec(query)]


def is_day_taken(session: Session, agency_id: UUID, valid_from: date) -> bool:
    """Whether a confirmed activation of the agency begins on this day."""
    query = select(ActivationRow.activation_id).where(
        ActivationRow.agency_id == agency_id,
        ActivationRow.valid_from == valid_from,
        col(ActivationRow.confirmed_by).is_not(None),
    )
    return session.exec(query).first() is not None


def mark_stale(session: Session, agency_id: UUID) -> None:
    """Have every activity of an agency judged anew."""
    waiting = select(StaleRow.activity_id)
    affected = select(ActivityRow.activity_id).where(
        ActivityRow.agency_id == agency_id, col(ActivityRow.activity_id).not_in(waiting)
    )
    session.exec(insert(StaleRow).from_select(["activity_id"], affected))


def take_stale(session: Session, count_max: int) -> Sequence[UUID]:
    """Some activities to be judged anew, which then no longer wait."""
    taken = session.exec(select(StaleRow.activity_id).limit(count_max)).all()
    session.exec(delete(StaleRow).where(col(StaleRow.activity_id).in_(taken)))
    return taken


def _clips(session: Session, activity_id: UUID) -> tuple[Clip, ...]:
    linked = _linked(activity_id)
    query = (
        select(linked.c.clip_id, RecordingRow, ProbeRow, _copies())
        .outerjoin(RecordingRow, col(RecordingRow.clip_id) == linked.c.shown_id)
        .outerjoin(ProbeRow, col(ProbeRow.clip_id) == linked.c.shown_id)
        .order_by(linked.c.clip_id)
    )
    return tuple(
        Clip(clip_id, recording and _recording(recording), probe and _probe(probe), copies)
        for clip_id, recording, probe, copies in session.exec(query)
    )


def _linked(activity_id: UUID) -> Subquery:
    """The clips an activity is served by, and beside each the one whose bytes are looked at.

    That is another where a clip is an entry, without bytes of its own, of one that is stored.
    """
    own, original = aliased(RecordingRow), aliased(RecordingRow)
    is_not_here = or_(col(own.clip_id).is_(None), col(own.is_offsite))
    is_shown = and_(col(original.clip_id).is_not(None), is_not_here)
    shown_id = case((is_shown, col(original.clip_id)), else_=col(LinkRow.clip_id))
    return (
        select(LinkRow.clip_id, shown_id.label("shown_id"))
        .outerjoin(own, col(own.clip_id) == LinkRow.clip_id)
        .outerjoin(EntryRow, col(EntryRow.clip_id) == LinkRow.clip_id)
        .outerjoin(original, col(original.clip_id) == EntryRow.original_id)
        .where(LinkRow.activity_id == activity_id, col(LinkRow.ended).is_(False))
        .distinct()
        .subquery()
    )


def _copies() -> ScalarSelect[int]:
    """How many other clips of its agency have a clip's bytes; 0 for one that is not stored."""
    other = aliased(RecordingRow)
    return (
        select(func.count())
        .select_from(other)
        .where(
            col(other.agency_id) == RecordingRow.agency_id,
            col(other.sha256) == RecordingRow.sha256,
            col(other.clip_id) != RecordingRow.clip_id,
        )
        .correlate(RecordingRow)
        .scalar_subquery()
    )


def _recording(row: RecordingRow) -> Recording:
    return Recording(Carrier(row.carrier), row.recorded_start, row.recorded_end, row.is_offsite)


def _probe(row: ProbeRow) -> Probe | None:
    """Nothing, of a clip probed before picture and jumps were kept: it must not pass unseen."""
    if row.has_picture is None or row.jumps is None:
        return None
    return Probe(
        decodable=row.decodable,
        duration_ms=row.duration_ms,
        has_picture=row.has_picture,
        jumps=row.jumps,
        made_at=row.made_at,
    )


def _activation(row: ActivationRow) -> Activation:
    return Activation(
        row.activation_id,
        row.agency_id,
        row.pack,
        row.sha256,
        row.valid_from,
        row.proposed_by,
        row.confirmed_by,
    )
