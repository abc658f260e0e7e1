"""Queries on views and exports. Takes and returns domain values."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from access.domain.content import View
from access.domain.evidence import Export, ExportState, Listed
from access.domain.rules import Quoted
from access.tables import ExportFileRow, ExportRow, ViewRow

_CITES = TypeAdapter(tuple[Quoted, ...])


def add_view(session: Session, view: View, key_sha256: str, opened_at: datetime) -> None:
    session.add(ViewRow(**vars(view), key_sha256=key_sha256, opened_at=opened_at))


def find_view(session: Session, key_sha256: str) -> View | None:
    row = session.exec(select(ViewRow).where(ViewRow.key_sha256 == key_sha256)).first()
    return row and View(
        row.view_no, row.request_id, row.clip_id, row.agency_id, row.viewer_id, row.expires_at
    )


def add_export(session: Session, export: Export, requested_at: datetime) -> None:
    row = ExportRow(
        **vars(export) | {"cites": _CITES.dump_python(export.cites)}, requested_at=requested_at
    )
    session.add(row)


def find_export(session: Session, export_id: UUID) -> Export | None:
    row = session.get(ExportRow, export_id)
    return row and _export(row)


def set_bundle(session: Session, export_id: UUID, bundle_sha256: str) -> None:
    row = session.get_one(ExportRow, export_id)
    row.state, row.bundle_sha256 = "building", bundle_sha256


def exports_to_build(session: Session, limit: int) -> list[Export]:
    """Exports whose proofs have come, those asked for first before later ones."""
    query = (
        select(ExportRow)
        .where(ExportRow.state == "building")
        .order_by(col(ExportRow.requested_at), col(ExportRow.export_id))
        .limit(limit)
    )
    return [_export(row) for row in session.exec(query)]


def set_built(
    session: Session, export_id: UUID, files: Sequence[Listed], built_at: datetime
) -> bool:
    """Record a finished folder; False if that was done before."""
    row = session.exec(
        select(ExportRow).where(ExportRow.export_id == export_id).with_for_update()
    ).one()
    if row.state == "built":
        return False
    row.state, row.built_at = "built", built_at
    session.add_all(ExportFileRow(export_id=export_id, **dict(listed)) for listed in files)
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
    )


def _listed(row: ExportFileRow) -> Listed:
    return Listed(path=row.path, sha256=row.sha256, size_bytes=row.size_bytes)
