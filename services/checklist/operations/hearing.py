"""What others told, kept as own copies; each fact judges anew what depends on it.

Facts of different owners come in any order, so each is kept whether or not the others are there.
"""

from datetime import datetime

from sqlmodel import Session

from checklist import store
from checklist.domain.facts import Activity, Mark, Probe, Recording
from checklist.operations.context import Context
from checklist.operations.judging import rejudge, rejudge_all
from contracts.catalog import (
    ActivityRecorded,
    ClipLinked,
    ClipUnlinked,
    ConditionDeclared,
    MarkAdded,
    MilestoneReached,
)
from contracts.ingest import (
    ClipProbed,
    ClipQuarantined,
    ClipRegisteredOffsite,
    ClipResubmitted,
    ClipStored,
)


def hear_of_activity(
    ctx: Context, session: Session, event: ActivityRecorded, recorded_at: datetime
) -> None:
    """Judge from now on; `recorded_at` is the catalogue's, so hearing late changes nothing."""
    activity = Activity(
        activity_id=event.activity_id,
        agency_id=event.agency_id,
        case_id=event.case_id,
        category=event.category,
        stage=event.stage,
        officer_ids=event.officer_ids,
        recorded_at=recorded_at,
    )
    store.keep_activity(session, activity)
    rejudge(ctx, session, event.activity_id)


def hear_of_milestone(ctx: Context, session: Session, event: MilestoneReached) -> None:
    store.keep_milestone(session, event.activity_id, event.milestone, event.at)
    rejudge(ctx, session, event.activity_id)


def hear_of_condition(ctx: Context, session: Session, event: ConditionDeclared) -> None:
    store.keep_condition(session, event.activity_id, event.condition, holds=event.holds)
    rejudge(ctx, session, event.activity_id)


def hear_of_link(ctx: Context, session: Session, event: ClipLinked) -> None:
    store.keep_link(session, event.link_id, event.activity_id, event.clip_id, ended=False)
    rejudge(ctx, session, event.activity_id)


def hear_of_end_of_link(ctx: Context, session: Session, event: ClipUnlinked) -> None:
    store.keep_link(session, event.link_id, event.activity_id, event.clip_id, ended=True)
    rejudge(ctx, session, event.activity_id)


def hear_of_mark(ctx: Context, session: Session, event: MarkAdded) -> None:
    mark = Mark(event.clip_id, event.point, event.offset_ms)
    store.keep_mark(session, event.mark_id, event.activity_id, mark)
    rejudge(ctx, session, event.activity_id)


def hear_of_recording(ctx: Context, session: Session, event: ClipStored) -> None:
    recording = Recording(event.carrier, event.recorded_start, event.recorded_end)
    store.keep_recording(
        session, event.clip_id, recording, agency_id=event.agency_id, sha256=event.sha256
    )
    for clip_id in store.clips_like(session, event.clip_id):
        rejudge_all(ctx, session, store.activities_of(session, clip_id))


def hear_of_offsite(ctx: Context, session: Session, event: ClipRegisteredOffsite) -> None:
    """A recording is said to lie outside this system; once it is stored here, that counts."""
    if store.is_stored(session, event.clip_id):
        return
    recording = Recording(event.carrier, event.recorded_start, event.recorded_end, is_offsite=True)
    store.keep_recording(session, event.clip_id, recording, agency_id=event.agency_id, sha256=None)
    rejudge_all(ctx, session, store.activities_of(session, event.clip_id))


def hear_of_probe(ctx: Context, session: Session, event: ClipProbed) -> None:
    probe = Probe(
        decodable=event.decodable,
        duration_ms=event.duration_ms,
        has_picture=event.video_codec is not None and event.width > 0 and event.height > 0,
        jumps=event.jumps,
        made_at=event.made_at,
    )
    store.keep_probe(session, event.clip_id, probe)
    rejudge_all(ctx, session, store.activities_of(session, event.clip_id))


def hear_of_quarantine(ctx: Context, session: Session, event: ClipQuarantined) -> None:
    """What was stored as a recording is none: the bytes are not those that were filmed."""
    alike = store.clips_like(session, event.clip_id)
    store.forget_recording(session, event.clip_id)
    for clip_id in alike:
        rejudge_all(ctx, session, store.activities_of(session, clip_id))


def hear_of_resubmission(ctx: Context, session: Session, event: ClipResubmitted) -> None:
    """A clip is an entry of one that is kept: what is linked under its name shows the original."""
    store.keep_entry(session, event.resubmitted_as, event.agency_id, event.clip_id)
    rejudge_all(ctx, session, store.activities_of(session, event.resubmitted_as))
