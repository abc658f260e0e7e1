"""Evidence folders: asked for by who was granted a copy, and on record before they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from access.domain.evidence import Export, Listed
from access.domain.requests import Filed
from access.errors import (
    ExportUnknownError,
    IdTakenError,
    NotGrantedError,
    OriginalDamagedError,
)
from access.operations import requests
from access.operations.context import Context, in_force
from access.store import handing_out as store
from common import intents
from common.auth import Requester
from contracts.access import ExportRead, ExportRequested, Manner


@dataclass(frozen=True)
class Wanted:
    """What somebody says of an export they ask for."""

    export_id: UUID
    proves: str
    extractor: str | None


@dataclass(frozen=True)
class Progress:
    """An export and, once it is built, its files."""

    export: Export
    files: Sequence[Listed]


@dataclass(frozen=True)
class Read:
    """A file that may leave, since it is on record that it does."""

    pieces: Iterator[bytes]
    listed: Listed


def request_export(ctx: Context, who: Requester, request_id: UUID, wanted: Wanted) -> Progress:
    """Ask for the evidence folder of a granted copy. Safe to repeat.

    Raises:
        RequestUnknownError: there is no such request of the requester.
        NotGrantedError: it does not allow a copy, or no rules are in force any more.
        IdTakenError: the id belongs to another export.
    """
    filed = requests.granted(ctx, who, request_id, Manner.COPY)
    with ctx.db.transaction() as session:
        export = store.find_export(session, wanted.export_id)
        if export is None:
            export = _add(ctx, session, filed, wanted)
        files = store.files_of(session, wanted.export_id)
    if export is None:
        raise ctx.refuse(who, NotGrantedError(), request_id)
    if (export.request_id, Wanted(export.export_id, export.proves, export.extractor)) != (
        request_id,
        wanted,
    ):
        raise IdTakenError
    return Progress(export, files)


def show_export(ctx: Context, who: Requester, export_id: UUID) -> Progress:
    """How far an export is, to the one who asked for it.

    Raises:
        ExportUnknownError: there is none, or it is another's.
    """
    with ctx.db.snapshot() as session:
        export = store.find_export(session, export_id)
        files = store.files_of(session, export_id)
    if export is None or export.requested_by != who.subject:
        raise ctx.refuse(who, ExportUnknownError(), export_id, export and export.agency_id)
    return Progress(export, files)


def read_file(ctx: Context, who: Requester, export_id: UUID, path: str) -> Read:
    """Hand out a file of a folder, once it is durable that it is read.

    Raises:
        ExportUnknownError: there is no such export of the requester, or no such file listed.
    """
    progress = show_export(ctx, who, export_id)
    # Looked up, never put together: a path that is not listed leads nowhere.
    listed = next((listed for listed in progress.files if listed.path == path), None)
    if listed is None:
        raise ctx.refuse(who, ExportUnknownError(), export_id)
    if ctx.folders.size_bytes(export_id, listed.path) != listed.size_bytes:
        raise OriginalDamagedError(listed.path)
    read = ExportRead(
        agency_id=progress.export.agency_id,
        export_id=export_id,
        clip_id=progress.export.clip_id,
        reader_id=who.subject,
        file_sha256=listed.sha256,
    )
    intents.accept(ctx.db, ctx.outbox, lambda _session: (read, None))
    return Read(ctx.folders.pieces(export_id, listed.path), listed)


def _add(ctx: Context, session: Session, filed: Filed, wanted: Wanted) -> Export | None:
    request = filed.request
    ruling = in_force(ctx, session, filed.agency_id) if filed.agency_id else None
    if filed.agency_id is None or ruling is None or ruling.rules is None:
        return None
    export = Export(
        export_id=wanted.export_id,
        request_id=request.request_id,
        clip_id=request.clip_id,
        agency_id=filed.agency_id,
        requested_by=request.requester_id,
        proves=wanted.proves,
        extractor=wanted.extractor,
        cites=ruling.rules.note,
    )
    store.add_export(session, export, ctx.clock.now())
    requested = ExportRequested(
        agency_id=filed.agency_id,
        export_id=wanted.export_id,
        request_id=request.request_id,
        clip_id=request.clip_id,
        case_id=filed.case_id,
        requested_by=request.requester_id,
    )
    ctx.outbox.emit(session, requested)
    return export
