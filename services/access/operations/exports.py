"""Evidence folders: asked for by who was granted a copy, and on record before they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session

from access.domain.evidence import Export, Listed
from access.domain.requests import Filed
from access.errors import (
    ExportUnknownError,
    IdTakenError,
    NotGrantedError,
    OriginalDamagedError,
    TooManyExportsError,
)
from access.operations import requests
from access.operations.context import Context, in_force
from access.store import facts
from access.store import handing_out as store
from access.store.requests import find_request
from common.auth import Requester
from common.fence import anywhere
from common.service import RefusedError
from contracts.access import ExportRead, ExportRequested, Manner

OPEN_MAX: Final = 100
"""Exports of one agency that wait or are being built. Each will be a whole film on the disk."""
OPEN_MAX_A_PERSON: Final = 20
"""Of these, one person's: nobody keeps their colleagues from exporting."""
FILES_PER_MINUTE_MAX: Final = 10
"""How many files of an export are told apart in a minute."""
EVERY_FILE: Final = ""


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
        IdTakenError: the requester used the key for another export.
        TooManyExportsError: others are to be finished first.
    """
    filed = requests.granted(ctx, who, request_id, Manner.COPY)
    with ctx.recording(who), ctx.db.transaction() as session:
        export = anywhere(session, store.find_export, wanted.export_id)
        export = export or _add(ctx, session, filed, wanted)
        said = Wanted(export.export_id, export.proves, export.extractor)
        if (export.request_id, said) != (request_id, wanted):
            raise RefusedError(IdTakenError(), wanted.export_id)
        files = store.files_of(session, wanted.export_id)
    return Progress(export, files)


def show_export(ctx: Context, who: Requester, export_id: UUID) -> Progress:
    """How far an export is, to the one who asked for it.

    Raises:
        ExportUnknownError: there is none, or none the requester may know of any more.
    """
    with ctx.db.snapshot() as session:
        export = anywhere(session, store.find_export, export_id)
        filed = export and find_request(session, export.request_id)
        files = store.files_of(session, export_id)
    if export is None or filed is None or not requests.is_own(who, filed):
        raise ctx.refuse(who, ExportUnknownError(), export_id, export and export.agency_id)
    return Progress(export, files)


def read_file(ctx: Context, who: Requester, export_id: UUID, path: str) -> Read:
    """Hand out a file of a folder, once it is durable that it is read.

    A finished folder opens no longer than its grant: who may have it is asked anew for each file.

    Raises:
        ExportUnknownError: there is no such export of the requester, or no such file listed.
        NotGrantedError: the grant is over, or the clip was quarantined since.
    """
    progress = show_export(ctx, who, export_id)
    requests.granted(ctx, who, progress.export.request_id, Manner.COPY)
    with ctx.db.snapshot() as session:
        clip = facts.find_clip(session, progress.export.clip_id)
    if clip is None:
        raise ctx.refuse(who, NotGrantedError(), export_id)
    # Looked up, never put together: a path that is not listed leads nowhere.
    listed = next((listed for listed in progress.files if listed.path == path), None)
    if listed is None:
        raise ctx.refuse(who, ExportUnknownError(), export_id)
    if ctx.folders.size_bytes(export_id, listed.path) != listed.size_bytes:
        raise OriginalDamagedError(listed.path)
    _record(ctx, who, progress.export, listed)
    return Read(ctx.folders.pieces(export_id, listed.path), listed)


def _record(ctx: Context, who: Requester, export: Export, listed: Listed) -> None:
    """Return when it is durable that the file is read in this minute, said now or before.

    A folder has two files for each entry of the clip's chain, to which each record adds one. So
    that fetching a folder does not treble the next one, all of its files are said to be read where
    more than a few are in a minute. ADR-0017.
    """
    minute = ctx.clock.now().replace(second=0, microsecond=0)
    with ctx.db.transaction() as session:
        said = store.read_files(session, export.export_id, minute)
        if said & {listed.sha256, EVERY_FILE}:
            return
        new = listed.sha256 if len(said) < FILES_PER_MINUTE_MAX else EVERY_FILE
        store.add_read_file(session, export.export_id, minute, new)
        read = ExportRead(
            agency_id=export.agency_id,
            export_id=export.export_id,
            clip_id=export.clip_id,
            reader_id=who.subject,
            file_sha256=new or None,
        )
        ctx.outbox.emit(session, read)


def _add(ctx: Context, session: Session, filed: Filed, wanted: Wanted) -> Export:
    request = filed.request
    ruling = in_force(ctx, session, filed.agency_id) if filed.agency_id else None
    if filed.agency_id is None or ruling is None or ruling.rules is None:
        raise RefusedError(NotGrantedError(), request.request_id)
    # Who asks at the same instant may get past these: they bound the disk, and are nobody's right.
    if (
        store.count_open(session, filed.agency_id) >= OPEN_MAX
        or store.count_open(session, filed.agency_id, request.requester_id) >= OPEN_MAX_A_PERSON
    ):
        raise RefusedError(TooManyExportsError(), request.request_id)
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
