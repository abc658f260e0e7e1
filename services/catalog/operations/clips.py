"""Clips as ingest tells of them, what they serve, and the marks in them."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlmodel import Session

from catalog.domain import Activity, Case, Clip, ClipFile, Kind, Link, Mark
from catalog.errors import (
    AlreadyLinkedError,
    ClipQuarantinedError,
    ClipResubmittedError,
    IdTakenError,
    LinkUnknownError,
    OffsetOutsideError,
)
from catalog.operations.context import (
    Context,
    check_may_offer,
    check_may_tie,
    check_not_archived,
    handled_case,
    own_activity,
    own_case,
    own_clip,
)
from catalog.operations.words import check_word
from catalog.store import cases, clips, outside
from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.catalog import ClipLinked, ClipUnlinked, MarkAdded
from contracts.ingest import (
    ClipProbed,
    ClipQuarantined,
    ClipRegisteredOffsite,
    ClipResubmitted,
    ClipStored,
)


def remember_stored(_ctx: Context, session: Session, event: ClipStored) -> None:
    """A clip can be linked from now on."""
    clips.remember_clip(session, clip_told(event, event.uploaded_by))


def clip_told(event: ClipStored | ClipRegisteredOffsite, uploaded_by: UUID) -> Clip:
    """The clip of which ingest tells, wherever its film lies."""
    return Clip(
        clip_id=event.clip_id,
        agency_id=event.agency_id,
        unit_id=event.unit_id,
        carrier=event.carrier,
        recorded_start=event.recorded_start,
        recorded_end=event.recorded_end,
        filmed_by=event.filmed_by,
        uploaded_by=uploaded_by,
    )


def remember_quarantined(_ctx: Context, session: Session, event: ClipQuarantined) -> None:
    """A clip's bytes are not those announced: it is shown, and cannot be linked."""
    clip = Clip(event.clip_id, event.agency_id, uploaded_by=event.uploaded_by, is_quarantined=True)
    clips.quarantine_clip(session, clip)


def remember_resubmitted(_ctx: Context, session: Session, event: ClipResubmitted) -> None:
    """A film was handed in again; whoever knows the entry's id finds the original by it.

    Word of the original may come later: the entry stands by itself.
    """
    clips.remember_entry(
        session, event.resubmitted_as, event.agency_id, event.clip_id, event.uploaded_by
    )


def remember_probed(_ctx: Context, session: Session, event: ClipProbed) -> None:
    """A clip's length is measured."""
    clips.remember_facts(
        session, event.clip_id, decodable=event.decodable, duration_ms=event.duration_ms
    )


def read_clip(ctx: Context, who: Requester, clip_id: UUID) -> ClipFile:
    """What the catalogue knows of a clip of `who`'s agency.

    Raises:
        ClipUnknownError: there is none, or ingest's word of it has not arrived yet.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        clip = own_clip(session, who, clip_id)
        return ClipFile(
            clip,
            clips.links_of_clip(session, clip_id),
            clips.marks_of_clip(session, clip_id),
            outside.place_of(session, clip_id),
            clips.entries_of(session, clip_id),
        )


def list_unlinked(ctx: Context, who: Requester, after: UUID | None, limit: int) -> Sequence[Clip]:
    """The clips of `who`'s agency that arrived and serve no activity, the last recorded first."""
    with ctx.db.snapshot() as session:
        return clips.unlinked_clips(session, who.agency_id, after, limit)


def link_clip(
    ctx: Context, who: Requester, link_id: UUID, clip_id: UUID, activity_id: UUID
) -> Link:
    """Say that a clip serves an activity, both of `who`'s agency. Safe to repeat.

    Raises:
        ClipUnknownError: there is none, or ingest's word of it has not arrived yet: try again.
        ActivityUnknownError: there is none in `who`'s agency.
        ClipResubmittedError: it is an entry; its original is to be linked.
        NotHandlingUnitError: another unit handles the case or filmed, and `who` is no custodian.
        IdTakenError: the id belongs to another link.
        AlreadyLinkedError: another link says the same.
        ClipQuarantinedError: the clip is not to be used.
        ArchivedError: the archive has the case.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        clip = own_clip(session, who, clip_id)
        _check_is_original(clip)
        activity = own_activity(session, who, activity_id)
        case = own_case(session, who, activity.case_id)
        check_may_tie(who, case)
        check_may_offer(who, clip)
        link = Link(link_id, clip_id, activity_id, case.case_id, who.subject, ctx.clock.now())
        known = anywhere(session, clips.find_link, link_id)
        if known is None:
            check_not_archived(case)
            _check_can_serve(session, clip, activity)
            clips.add_link(session, link)
            ctx.outbox.emit(session, _linked(link, case))
        elif known != link:
            raise RefusedError(IdTakenError(), link_id)
    return known or link


def end_link(ctx: Context, who: Requester, link_id: UUID) -> Link:
    """Say that a clip does not serve an activity; link and end stay on record. Safe to repeat.

    Raises:
        LinkUnknownError: there is none in `who`'s agency.
        NotHandlingUnitError: another unit handles the case, and `who` is no custodian.
        ArchivedError: the archive has the case.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        link = anywhere(session, clips.find_link, link_id)
        case = link and anywhere(session, cases.hold_case, link.case_id)
        if link is None or case is None or case.agency_id != who.agency_id:
            raise RefusedError(LinkUnknownError(), link_id, case and case.agency_id)
        check_may_tie(who, case)
        if link.ended_at is not None:
            return link
        check_not_archived(case)
        ended = replace(link, ended_by=who.subject, ended_at=ctx.clock.now())
        clips.end_link(session, ended)
        event = ClipUnlinked(
            agency_id=case.agency_id,
            link_id=link_id,
            clip_id=link.clip_id,
            activity_id=link.activity_id,
            case_id=link.case_id,
            unlinked_by=who.subject,
        )
        ctx.outbox.emit(session, event)
    return ended


def add_mark(ctx: Context, who: Requester, mark: Mark) -> Mark:
    """Note that a content point is seen or heard in a clip. Safe to repeat.

    Raises:
        ClipUnknownError: there is none, or ingest's word of it has not arrived yet: try again.
        ClipResubmittedError: it is an entry; the mark belongs into its original.
        ActivityUnknownError: there is none in `who`'s agency.
        NotHandlingUnitError: another unit handles the case.
        IdTakenError: the id belongs to another mark.
        ClipQuarantinedError: the clip is not to be used.
        WordUnknownError: no list that rules the case knows the content point.
        OffsetOutsideError: the clip is not that long.
        ArchivedError: the archive has the case.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        clip = own_clip(session, who, mark.clip_id)
        _check_is_original(clip)
        activity = own_activity(session, who, mark.activity_id)
        case = handled_case(session, who, activity.case_id)
        known = anywhere(session, clips.find_mark, mark.mark_id)
        if known is None:
            check_not_archived(case)
            _check_usable(clip)
            check_word(ctx, session, case, Kind.POINT, mark.point)
            if mark.offset_ms > clip.length_ms:
                raise OffsetOutsideError
            clips.add_mark(session, mark)
            event = MarkAdded(
                agency_id=activity.agency_id,
                mark_id=mark.mark_id,
                clip_id=mark.clip_id,
                activity_id=mark.activity_id,
                point=mark.point,
                offset_ms=mark.offset_ms,
                added_by=who.subject,
            )
            ctx.outbox.emit(session, event)
        elif known != mark:
            raise RefusedError(IdTakenError(), mark.mark_id)
    return known or mark


def _check_is_original(clip: Clip) -> None:
    if clip.original_id is not None:
        raise ClipResubmittedError(clip.original_id)


def _check_usable(clip: Clip) -> None:
    if clip.is_quarantined:
        raise ClipQuarantinedError


def _check_can_serve(session: Session, clip: Clip, activity: Activity) -> None:
    _check_usable(clip)
    if clips.is_linked(session, clip.clip_id, activity.activity_id):
        raise AlreadyLinkedError


def _linked(link: Link, case: Case) -> ClipLinked:
    return ClipLinked(
        agency_id=case.agency_id,
        link_id=link.link_id,
        clip_id=link.clip_id,
        activity_id=link.activity_id,
        case_id=link.case_id,
        unit_id=case.unit_id,
        linked_by=link.linked_by,
    )
