"""A quarantined film is reviewed: its digest was said wrongly, or it is damaged. See ADR 0027."""

from uuid import UUID

from sqlmodel import Session

from common.auth import Requester
from common.db import after_commit
from common.fence import anywhere
from common.service import RefusedError
from contracts.identity import Role
from contracts.ingest import ClipProbed, ClipQuarantineReviewed
from ingest.domain.clocks import Subject
from ingest.domain.reviewing import Disputed, Finding, Review
from ingest.errors import (
    ClipUnknownError,
    EntryTakenError,
    NotQuarantinedError,
    NotYourClipError,
    ReplacementUnfitError,
    ReviewerInvolvedError,
)
from ingest.operations.context import Context
from ingest.operations.finishing import stored_event
from ingest.operations.judging import judge, judge_alike
from ingest.operations.subjects import find
from ingest.store import clips, probing, reviewing, subjects, uploads
from ingest.store.digests import said_by
from ingest.store.resubmissions import original_of


def look_up(ctx: Context, who: Requester, clip_id: UUID) -> Disputed:
    """What was said of a kept clip's digest, and what people found.

    Raises:
        ClipUnknownError: unknown, not kept, or another agency's. Recorded.
        NotYourClipError: the head of another unit than was announced. Recorded.
    """
    with ctx.recording(who), ctx.db.snapshot() as session:
        _expect_unit(who, find(session, who, clip_id))
        return _disputed(session, clip_id)


def review(ctx: Context, who: Requester, clip_id: UUID, said: Review) -> Review:
    """Keep what a person found of a quarantined clip, and act by it. Safe to repeat.

    Where the digest was said wrongly, the bytes are the recording from now on, and every service is
    told as it was of any film; both digests stay on record. Where they are damaged, they stay apart
    and locked; what the law asks has failed, unless another clip holds the same recording.

    Raises:
        ClipUnknownError: unknown, not kept, or another agency's. Recorded.
        EntryTakenError: something else was found under the id. Recorded.
        NotQuarantinedError: nothing is wrong with it, or it was released already. Recorded.
        NotYourClipError: the head of another unit than was announced. Recorded.
        ReviewerInvolvedError: who filmed or uploaded it or its replacement, carried the act out,
            or said the digest of one of them. Recorded.
        ReplacementUnfitError: no other kept clip of the agency and of this device. Recorded.
    """
    with ctx.recording(who), ctx.db.transaction() as session:
        subject = find(session, who, clip_id)
        _expect_unit(who, subject)
        disputed = _disputed(session, clip_id)
        known = next((it for it in disputed.reviews if it.review_id == said.review_id), None)
        if known and known == said:
            return known
        if known:
            raise RefusedError(EntryTakenError(), clip_id)
        if not subject.clocks.is_quarantined:
            raise RefusedError(NotQuarantinedError(), clip_id)
        _expect_uninvolved(session, who, subject, clip_id)
        if said.replaced_by:
            _expect_fit(session, who, subject, said.replaced_by)
        reviewing.add_review(session, clip_id, said)
        ctx.outbox.emit(session, _reviewed(subject, disputed, said))
        if said.finding is Finding.DIGEST_WRONG:
            _release(ctx, session, clip_id, who.subject)
        judge(ctx, session, clip_id)
    return said


def _disputed(session: Session, clip_id: UUID) -> Disputed:
    disputed = reviewing.find_disputed(session, clip_id)
    if disputed is None:
        raise RefusedError(ClipUnknownError(), clip_id)
    return disputed


def _expect_unit(who: Requester, subject: Subject) -> None:
    """Look at the unit that was announced: of none, only a custodian reviews."""
    if Role.CUSTODIAN not in who.roles and not subject.was_announced_by_unit(who.unit_id):
        raise RefusedError(NotYourClipError(), subject.clip_id)


def _expect_uninvolved(
    session: Session, who: Requester, subject: Subject | None, clip_id: UUID
) -> None:
    """Refuse the review of `clip_id` by who had a part in `subject`, or in what is kept for it."""
    if subject is None:
        return
    has_part = subject.is_of(who.subject) or subject.carried_out_by(who.subject)
    if has_part or said_by(session, subject.clip_id) == who.subject:
        raise RefusedError(ReviewerInvolvedError(), clip_id)
    original_id = original_of(session, subject.clip_id)
    original = original_id and subjects.find_subject(session, original_id)
    _expect_uninvolved(session, who, original or None, clip_id)


def _expect_fit(session: Session, who: Requester, subject: Subject, other_id: UUID) -> None:
    """Look whether another clip may be the recording: who reviews decides that it is."""
    other = anywhere(session, subjects.find_subject, other_id)
    if other is None or other.clocks.stored is None or other.agency_id != subject.agency_id:
        raise RefusedError(ReplacementUnfitError(), subject.clip_id)
    device_no, its = (
        uploads.announcement(session, one).device_no for one in (subject.clip_id, other_id)
    )
    if device_no != its:
        raise RefusedError(ReplacementUnfitError(), subject.clip_id)
    _expect_uninvolved(session, who, other, subject.clip_id)


def _release(ctx: Context, session: Session, clip_id: UUID, reviewed_by: UUID) -> None:
    """Have the clip be what it would be if its digest had been said rightly."""
    clip, upload = clips.find_clip(session, clip_id), uploads.find_upload_of(session, clip_id)
    if clip is None or upload is None:
        raise ValueError("a kept clip has an upload")
    released = upload.released()
    uploads.advance(session, upload, released)
    stored = stored_event(session, released, clip.sha256, clip.proof)
    ctx.outbox.emit(session, stored.model_copy(update={"released_by": reviewed_by}))
    if clip.facts:
        said = clip.facts.model_dump()
        ctx.outbox.emit(session, ClipProbed(agency_id=clip.agency_id, clip_id=clip_id, **said))
    elif not probing.is_unprobed(session, clip_id):
        probing.add_unprobed(session, clip_id)
        after_commit(session, ctx.unprobed.set)
    judge_alike(ctx, session, clip_id)


def _reviewed(subject: Subject, disputed: Disputed, said: Review) -> ClipQuarantineReviewed:
    if disputed.said_sha256 is None:
        raise ValueError("a quarantined clip was said to be something else")
    return ClipQuarantineReviewed(
        agency_id=subject.agency_id,
        clip_id=subject.clip_id,
        review_id=said.review_id,
        finding=said.finding.value,
        announced_sha256=disputed.said_sha256,
        received_sha256=disputed.sha256,
        replaced_by=said.replaced_by,
        reviewed_by=said.reviewed_by,
    )
