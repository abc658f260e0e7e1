"""Builds evidence folders when their proofs have come. May be killed at any point and go on."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from pydantic import ValidationError
from sqlmodel import Session

from access.adapters.folders import Draft
from access.domain import content, evidence, trying
from access.domain.content import Clip
from access.domain.evidence import Bundle, Export, Listed, Log, Manifest
from access.domain.requests import Filed, Given
from access.errors import BundleDamagedError, NotBuildableError, OriginalDamagedError
from access.operations.context import Context
from access.store import facts, requests
from access.store import handing_out as store
from common.db import after_commit
from common.objects import ObjectMissingError
from contracts.access import ExportBuilt, ExportFailed, ExportFailure
from contracts.audit import BundleBuilt

BUILDS_MAX: Final = 10
"""Folders tried in one pass of the loop, which beats in between. Those that fail go to the end."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Plan:
    """All that a folder says, but for the moment it is made."""

    export: Export
    filed: Filed
    given: Sequence[Given]
    clip: Clip


def note_bundle(ctx: Context, session: Session, event: BundleBuilt) -> None:
    """The proofs for an export have come: have its folder built."""
    export = store.find_export(session, event.export_id)
    if export and export.state == "waiting_for_proofs":
        store.set_bundle(session, event.export_id, event.bundle_sha256, ctx.clock.now())
        after_commit(session, ctx.proofs_came.set)


def build_ready(ctx: Context) -> int:
    """Try the folders that are due, give up those nobody may have, and say how many there were.

    One that fails does not hold up the others: it waits longer each time, and is given up at last.
    """
    now = ctx.clock.now()
    with ctx.db.snapshot() as session:
        over = store.exports_over(session, now - ctx.settings.grant_lifetime, BUILDS_MAX)
    for export in over:
        _give_up(ctx, export, ExportFailure.GRANT_OVER, export.tries)
    with ctx.db.snapshot() as session:
        due = store.exports_due(session, now, BUILDS_MAX)
    for export in due:
        _try(ctx, export)
    return len(over) + len(due)


def _try(ctx: Context, export: Export) -> None:
    # Counted before it is made: a folder that takes the whole process with it is given up as well.
    tries, now = export.tries + 1, ctx.clock.now()
    if export.deaths >= trying.DEATHS_MAX:
        _give_up(ctx, export, ExportFailure.UNEXPECTED, export.tries)
        return
    with ctx.db.transaction() as session:
        store.begin_try(session, export.export_id, tries, trying.next_try_at(tries, now))
    try:
        _build(ctx, _plan(ctx, export))
    except Exception as error:
        logger.exception("export failed", extra={"id": str(export.export_id), "tries": tries})
        failure = _failure(error)
        for_this = export.tries_for.get(failure, 0) + 1
        if trying.is_given_up(failure, for_this):
            _give_up(ctx, export, failure, tries)
            return
        with ctx.db.transaction() as session:
            store.set_tries_for(session, export.export_id, failure, for_this)


def _give_up(ctx: Context, export: Export, failure: ExportFailure, tries: int) -> None:
    failed = ExportFailed(
        agency_id=export.agency_id,
        export_id=export.export_id,
        clip_id=export.clip_id,
        failure=failure,
        tries=tries,
    )
    with ctx.db.transaction() as session:
        if store.set_failed(session, export.export_id, failure):
            ctx.folders.remove(export.export_id)  # whole, if killed before it was recorded as built
            ctx.outbox.emit(session, failed)


def _failure(error: Exception) -> ExportFailure:
    match error:
        case NotBuildableError():
            return error.failure
        case OriginalDamagedError():
            return ExportFailure.ORIGINAL_DAMAGED
        case BundleDamagedError():
            return ExportFailure.PROOFS_DAMAGED
        case ObjectMissingError() | OSError():  # a store that is not there looks empty
            return ExportFailure.STORAGE_AWAY
        case _:
            return ExportFailure.UNEXPECTED


def _plan(ctx: Context, export: Export) -> _Plan:
    with ctx.db.snapshot() as session:
        filed = requests.find_request(session, export.request_id)
        clip = facts.find_clip(session, export.clip_id)
        given = requests.given(session, export.request_id)
    if filed is None or clip is None:  # quarantined since, or a database put together by hand
        raise NotBuildableError(ExportFailure.CLIP_QUARANTINED)
    return _Plan(export, filed, given, clip)


def _build(ctx: Context, plan: _Plan) -> None:
    export_id = plan.export.export_id
    # Whole if it is there: killed before the commit below, the work is taken over, not repeated.
    if not ctx.folders.has(export_id):
        with ctx.folders.begin(export_id) as draft:
            _fill(ctx, draft, plan, ctx.clock.now())
    raw = b"".join(ctx.folders.pieces(export_id, evidence.MANIFEST))
    listed = Manifest.model_validate_json(raw).files
    itself = Listed(path=evidence.MANIFEST, sha256=sha256(raw).hexdigest(), size_bytes=len(raw))
    built = ExportBuilt(
        agency_id=plan.export.agency_id,
        export_id=export_id,
        clip_id=plan.export.clip_id,
        manifest_sha256=itself.sha256,
        files=len(listed),
        size_bytes=sum(file.size_bytes for file in listed),
    )
    with ctx.db.transaction() as session:
        if store.set_built(session, export_id, (*listed, itself), ctx.clock.now()):
            ctx.outbox.emit(session, built)


def _fill(ctx: Context, draft: Draft, plan: _Plan, made_at: datetime) -> None:
    bundle = _bundle(ctx, plan)
    clip = plan.clip
    with ctx.originals.open(clip.sha256) as original:
        extension = content.kind(original.read(content.HEAD_BYTES)).extension
        original.seek(0)
        copied = draft.copy(f"originals/{clip.clip_id}.{extension}", original)
    if copied.sha256 != clip.sha256:
        raise OriginalDamagedError(clip.sha256)
    note = evidence.note(plan.export, plan.filed, clip, plan.given, made_at)
    draft.add(evidence.NOTE, note.encode())
    for path, proof in bundle.files():
        draft.add(path, proof)
    draft.add(evidence.VERIFIER, ctx.verifier)
    manifest = Manifest(
        export_id=plan.export.export_id,
        clip_id=clip.clip_id,
        case_id=plan.filed.case_id,
        made_at=made_at,
        log=Log(origin=bundle.origin, vkey=bundle.vkey),
        files=tuple(draft.files),
    )
    draft.finish(manifest.to_bytes())


def _bundle(ctx: Context, plan: _Plan) -> Bundle:
    expected = plan.export.bundle_sha256 or ""
    with ctx.bundles.open(expected) as file:
        raw = file.read()
    if sha256(raw).hexdigest() != expected:
        raise BundleDamagedError(expected)
    try:
        bundle = Bundle.model_validate_json(raw)
    except ValidationError as error:
        raise NotBuildableError(ExportFailure.PROOFS_UNFIT) from error
    if bundle.stream.stream != plan.export.clip_id:
        raise NotBuildableError(ExportFailure.PROOFS_UNFIT)
    if len(bundle.entries) > evidence.ENTRIES_MAX:
        raise NotBuildableError(ExportFailure.TOO_LARGE)
    return bundle
