"""Queries on views and exports. Takes and returns domain values."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func, or_
from sqlmodel import Session, col, delete, select

from access.domain.content import Extent, View
from access.domain.evidence import Export, ExportState, Listed
from access.domain.rules import Quoted
from access.tables import ExportFileRow, ExportRow, ReadFileRow, RequestRow, ShownRow, ViewRow
from contracts.access import ExportFailure

_CITES = TypeAdapter(tuple[Quoted, ...])
_OPEN: Final[tuple[ExportState, ...]] = ("waiting_for_proofs", "building")


def add_view(session: Session, view: View, key_sha256: str, opened_at: datetime) -> None:
    session.add(ViewRow(**vars(view), key_sha256=key_sha256, opened_at=opened_at))


def find_view(session: Session, key_sha256: str) -> View | None:
    row = session.exec(select(ViewRow).where(ViewRow.key_sha256 == key_sha256)).first()
    return row and View(
        row.view_no, row.request_id, row.clip_id, row.agency_id, row.viewer_id, row.expires_at
    )


def count_views(session: Session, viewer_id: UUID, clip_id: UUID, since: datetime) -> int:
    """How many views of a clip a person opened since then."""
    query = select(func.count()).where(
        ViewRow.clip_id == clip_id, ViewRow.viewer_id == viewer_id, col(ViewRow.opened_at) > since
    )
    return session.exec(query).one()


def shown(session: Session, view_no: UUID, minute: datetime) -> list[tuple[int, int]]:
    """First and last bytes on record for a view's minute."""
    query = select(ShownRow).where(ShownRow.view_no == view_no, ShownRow.minute == minute)
    return [(row.first_byte, row.last_byte) for row in session.exec(query)]


def add_shown(session: Session, view_no: UUID, minute: datetime, extent: Extent) -> None:
    """Keep what is said of a view's minute, and forget what was of earlier ones."""
    session.exec(
        delete(ShownRow).where(col(ShownRow.view_no) == view_no, col(ShownRow.minute) < minute)
    )
    session.add(
        ShownRow(view_no=view_no, minute=minute, first_byte=extent.first, last_byte=extent.last)
    )


def add_export(session: Session, export: Export, requested_at: datetime) -> None:
    row = ExportRow(
        **vars(export) | {"cites": _CITES.dump_python(export.cites)}, requested_at=requested_at
    )
    session.add(row)


def find_export(session: Session, export_id: UUID) -> Export | None:
    row = session.get(ExportRow, export_id)
    return row and _export(row)


def count_open(session: Session, agency_id: UUID, requested_by: UUID | None = None) -> int:
    """How many exports of an agency, or of one of its people, are neither built nor given up."""
    query = select(func.count()).where(
        col(ExportRow.state).in_(_OPEN), ExportRow.agency_id == agency_id
    )
    if requested_by:
        query = query.where(ExportRow.requested_by == requested_by)
    return session.exec(query).one()


def read_files(session: Session, export_id: UUID, minute: datetime) -> frozenset[str]:
    """What is on record as read in an export's minute; no other request adds any meanwhile."""
    _locked(session, export_id)
    query = select(ReadFileRow.file_sha256).where(
        ReadFileRow.export_id == export_id, ReadFileRow.minute == minute
    )
    return frozenset(session.exec(query))


def add_read_file(session: Session, export_id: UUID, minute: datetime, file_sha256: str) -> None:
    """Keep what is said of an export's minute, and forget what was of earlier ones."""
    session.exec(
        delete(ReadFileRow).where(
            col(ReadFileRow.export_id) == export_id, col(ReadFileRow.minute) < minute
        )
    )
    session.add(ReadFileRow(export_id=export_id, minute=minute, file_sha256=file_sha256))


def set_bundle(session: Session, export_id: UUID, bundle_sha256: str, due_at: datetime) -> None:
    row = session.get_one(ExportRow, export_id)
    row.state, row.bundle_sha256, row.due_at = "building", bundle_sha256, due_at


def exports_due(session: Session, now: datetime, limit: int) -> list[Export]:
    """Exports that can be built or tried again, those that have been due longest first."""
    query = (
        select(ExportRow)
        .where(ExportRow.state == "building", col(ExportRow.due_at) <= now)
        .order_by(col(ExportRow.due_at), col(ExportRow.export_id))
        .limit(limit)
    )
    return [_export(row) for row in session.exec(query)]


def exports_over(session: Session, granted_until: datetime, limit: int) -> list[Export]:
    """Unfinished exports of requests that are not granted, or not since `granted_until`."""
    granted_at = col(RequestRow.granted_at)
    is_over = or_(
        col(RequestRow.outcome) != "granted", granted_at.is_(None), granted_at <= granted_until
    )
    query = (
        select(ExportRow)
        .join(RequestRow, col(RequestRow.request_id) == col(ExportRow.request_id))
        .where(col(ExportRow.state).in_(_OPEN), is_over)
        .limit(limit)
    )
    return [_export(row) for row in session.exec(query)]


def begin_try(session: Session, export_id: UUID, tries: int, due_at: datetime) -> None:
    """Count a try before it is made, and say when the next one is due."""
    row = session.get_one(ExportRow, export_id)
    row.tries, row.due_at = tries, due_at


def set_tries_for(session: Session, export_id: UUID, failure: ExportFailure, tries: int) -> None:
    """Keep how often an export has failed for this reason."""
    row = session.get_one(ExportRow, export_id)
    row.tries_for = row.tries_for | {failure.value: tries}


def set_built(
    session: Session, export_id: UUID, files: Sequence[Listed], built_at: datetime
) -> bool:
    """Record a finished folder; False if the export was finished or given up before."""
    row = _locked(session, export_id)
    if row.state != "building":
        return False
    row.state, row.built_at = "built", built_at
    session.add_all(ExportFileRow(export_id=export_id, **dict(listed)) for listed in files)
    return True


def set_failed(session: Session, export_id: UUID, failure: ExportFailure) -> bool:
    """Give an export up; False if it was finished or given up before."""
    row = _locked(session, export_id)
    if row.state not in _OPEN:
        return False
    row.state, row.failure = "failed", failure
    return True


def files_of(session: Session, export_id: UUID) -> list[Listed]:
    query = (
        select(ExportFileRow)
        .where(ExportFileRow.export_id == export_id)
        .order_by(col(ExportFileRow.path))
    )
    return [_listed(row) for row in session.exec(query)]


def _export(row: ExportRow) -> Export:
    return Export(
        export_id=row.export_id,
        request_id=row.request_id,
        clip_id=row.clip_id,
        agency_id=row.agency_id,
        requested_by=row.requested_by,
        proves=row.proves,
        extractor=row.extractor,
        cites=_CITES.validate_python(row.cites),
        state=cast("ExportState", row.state),  # written here from these very words
        bundle_sha256=row.bundle_sha256,
        tries=row.tries,
        tries_for={ExportFailure(failure): tries for failure, tries in row.tries_for.items()},
        failure=ExportFailure(row.failure) if row.failure else None,
    )


def _locked(session: Session, export_id: UUID) -> ExportRow:
    query = select(ExportRow).where(ExportRow.export_id == export_id).with_for_update()
    return session.exec(query).one()


def _listed(row: ExportFileRow) -> Listed:
    return Listed(path=row.path, sha256=row.sha256, size_bytes=row.size_bytes)
