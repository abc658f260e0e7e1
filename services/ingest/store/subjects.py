"""Every query about what was said of an announced clip, and by whom."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from ingest.domain.clocks import Clocks, Return, Subject, Told
from ingest.domain.device_clocks import estimate, in_ms
from ingest.domain.index import Completion, Entry, index_of
from ingest.domain.names import device_id_of
from ingest.domain.reviewing import is_damaged
from ingest.domain.upload import Upload, UploadState
from ingest.store.device_clocks import nearest
from ingest.store.offsite import find_record, kept_films
from ingest.store.reviewing import reviews_of
from ingest.store.uploads import announcement, find_upload_of
from ingest.tables import (
    AnnouncementRow,
    ClipRow,
    CompletionRow,
    HandOverRow,
    OffsiteClipRow,
    ReturnConfirmationRow,
    ReturnRow,
    UploadRow,
)


def find_subject(session: Session, clip_id: UUID) -> Subject | None:
    """An announced clip; a part of one is none, nor is an upload in whose place another began."""
    upload = find_upload_of(session, clip_id)
    row = session.get(AnnouncementRow, clip_id)
    if upload is None or row is None:
        return None
    said = announcement(session, clip_id)  # of the row that this session holds
    begun_at = session.get_one(UploadRow, upload.upload_id).created_at
    announced_at = row.told_at or begun_at  # that one moves when the upload begins anew
    designated = _designated(session, clip_id)
    told_at = min(announced_at, designated.at) if designated else announced_at
    clip = session.get(ClipRow, upload.original_id or clip_id)
    is_quarantined = upload.state is UploadState.QUARANTINED
    stored_at = clip.kept_at if clip and not is_quarantined else None
    entries, first = entries_of(session, clip_id), said.indexed(upload.agency_id)
    exported_at, uploader = said.exported_at, upload.uploaded_by
    device_id = device_id_of(upload.agency_id, said.device_no)  # whatever is said of it later
    at_ms = in_ms(said.recorded_end)
    reviews = reviews_of(session, clip_id) if is_quarantined else ()
    is_kept_otherwise = _is_kept_otherwise(session, upload, said.device_no, clip) or any(
        one.replaced_by for one in reviews[-1:]
    )
    clocks = Clocks(
        recorded_end=Told(said.recorded_end, uploader, told_at),
        exported=Told(exported_at, uploader, announced_at) if exported_at else None,
        stored=Told(stored_at, None, stored_at) if stored_at else None,
        designated=designated,
        handed_over=_hand_over(session, clip_id),
        returns=returns_of(session, clip_id),
        index=index_of(first, announced_at, stored_at, entries),
        is_quarantined=is_quarantined,
        is_lost=is_damaged(reviews) and not is_kept_otherwise,
        is_ended=upload.is_gone,
        recorded_start_from=said.recorded_start_from,
        recorded_end_from=said.recorded_end_from,
        device=estimate(nearest(session, upload.agency_id, device_id, at_ms), at_ms),
    )
    units = [entry.values.unit_id for entry in entries if entry.values.unit_id]
    return Subject(
        clip_id=clip_id,
        agency_id=upload.agency_id,
        unit_id=units[-1] if units else said.unit_id,
        filmed_by=said.filmed_by,
        uploaded_by=upload.uploaded_by,
        clocks=clocks,
        first=first,
        entries=entries,
        is_kept_otherwise=is_kept_otherwise,
    )


def find_judged(session: Session, clip_id: UUID) -> Subject | None:
    """An announced clip, or one that was only registered as lying outside this system."""
    return find_subject(session, clip_id) or _find_outside(session, clip_id)


def _find_outside(session: Session, clip_id: UUID) -> Subject | None:
    record = find_record(session, clip_id)
    if record is None:
        return None
    clip = record.clip
    at, by = clip.registered_at, clip.registered_by
    clocks = Clocks(
        recorded_end=Told(clip.recorded_end, by, at),
        exported=None,
        stored=None,
        designated=Told(at, by, at),
        handed_over=None,
        returns=(),
        index=index_of(clip.indexed(), at, None, ()),
    )
    return Subject(
        clip_id=clip_id,
        agency_id=clip.agency_id,
        unit_id=clip.unit_id,
        filmed_by=clip.filmed_by,
        uploaded_by=by,
        clocks=clocks,
        first=clip.indexed(),
        entries=(),
        is_kept_otherwise=record.brought_in_at is not None,
    )


def _is_kept_otherwise(
    session: Session, upload: Upload, device_no: str, clip: ClipRow | None
) -> bool:
    """Whether the store has its film under another id: the announced one, or what came of it."""
    digests = {upload.sha256, clip and clip.sha256}
    if not (upload.is_gone or upload.state is UploadState.QUARANTINED):
        return upload.original_id is not None
    alike = kept_films().where(
        ClipRow.agency_id == upload.agency_id,
        col(ClipRow.sha256).in_(filter(None, digests)),
        AnnouncementRow.device_no == device_no,
    )
    return session.exec(alike.limit(1)).first() is not None


def add_entry(session: Session, clip_id: UUID, entry: Entry) -> None:
    before = select(func.count()).where(col(CompletionRow.clip_id) == clip_id)
    row = CompletionRow(
        clip_id=clip_id,
        entry_id=entry.entry_id,
        place=session.exec(before).one() + 1,
        said_by=entry.by,
        said_at=entry.at,
        said=entry.values.said(),
    )
    session.add(row)
    session.flush()


def entries_of(session: Session, clip_id: UUID) -> Sequence[Entry]:
    """What was said later, oldest first."""
    rows = session.exec(
        select(CompletionRow)
        .where(CompletionRow.clip_id == clip_id)
        .order_by(col(CompletionRow.place))
    )
    return [
        Entry(row.entry_id, row.said_by, row.said_at, Completion.model_validate(row.said))
        for row in rows
    ]


def add_return(session: Session, clip_id: UUID, declared: Return) -> None:
    row = ReturnRow(
        clip_id=clip_id,
        return_id=declared.return_id,
        returned_at=declared.returned_at,
        reason=declared.reason,
        declared_by=declared.declared_by,
        declared_at=declared.declared_at,
    )
    session.add(row)
    session.flush()


def add_confirmation(
    session: Session, clip_id: UUID, return_id: UUID, confirmed_by: UUID, now: datetime
) -> None:
    row = ReturnConfirmationRow(
        clip_id=clip_id, return_id=return_id, confirmed_by=confirmed_by, confirmed_at=now
    )
    session.add(row)
    session.flush()


def returns_of(session: Session, clip_id: UUID) -> Sequence[Return]:
    """Every return that was declared, oldest first."""
    rows = session.exec(
        select(ReturnRow)
        .where(ReturnRow.clip_id == clip_id)
        .order_by(col(ReturnRow.declared_at), col(ReturnRow.return_id))
    ).all()
    if not rows:
        return ()
    confirmations = session.exec(
        select(ReturnConfirmationRow).where(ReturnConfirmationRow.clip_id == clip_id)
    )
    by_id = {one.return_id: one for one in confirmations}
    return [_return(row, by_id.get(row.return_id)) for row in rows]


def add_hand_over(session: Session, clip_id: UUID, received_by: UUID, now: datetime) -> None:
    session.add(HandOverRow(clip_id=clip_id, received_by=received_by, handed_over_at=now))
    session.flush()


def _designated(session: Session, clip_id: UUID) -> Told | None:
    row = session.get(OffsiteClipRow, clip_id)
    return row and Told(row.registered_at, row.registered_by, row.registered_at)


def _hand_over(session: Session, clip_id: UUID) -> Told | None:
    row = session.get(HandOverRow, clip_id)
    return row and Told(row.handed_over_at, row.received_by, row.handed_over_at)


def _return(row: ReturnRow, confirmed: ReturnConfirmationRow | None) -> Return:
    declared = Return(row.return_id, row.returned_at, row.reason, row.declared_by, row.declared_at)
    if confirmed is None:
        return declared
    return replace(
        declared, confirmed_by=confirmed.confirmed_by, confirmed_at=confirmed.confirmed_at
    )
