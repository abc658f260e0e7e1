"""Everything audit can do. One function, one transaction, one outcome."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlmodel import Session

from audit import domain, store
from audit.adapters import CheckpointFile
from audit.domain import BundleRequest, Entry, Log, Proved, Scope, Signed
from audit.errors import (
    ClockBehindError,
    EntryUnknownError,
    LogDamagedError,
    LogKeyError,
    LogRolledBackError,
    NoCheckpointError,
)
from audit.settings import Settings
from audit.store import Listing
from common import service
from common.auth import Requester
from common.bus import Received
from common.db import Database, after_commit
from common.events import SYSTEM
from common.fence import acting_below, anywhere
from common.loops import Wake
from common.objects import Objects
from contracts.access import ExportRequested
from contracts.audit import BundleBuilt, CheckpointPublished
from contracts.identity import Role
from tlog import proof_file
from tlog.checkpoint import Checkpoint, CheckpointError, open_checkpoint, sign_checkpoint
from tlog.merkle import complete_subtrees, leaf_hash, root_of
from tlog.note import NoteError, Signer
from tlog.proofs import prove_inclusion

BUNDLES_MAX: Final = 20
"""Answered in one pass, so that signing never waits long for them."""
CLOCK_BEHIND_MAX: Final = timedelta(minutes=5)
"""More than a time server takes a clock back while it runs; less than any back-up is old."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What audit's operations need; built once in app.py."""

    settings: Settings
    signer: Signer
    checkpoint_file: CheckpointFile
    bundles: Objects
    nonces: Callable[[int], bytes]
    """Unguessable bytes, as many as asked for."""
    grown: Wake
    """Set when there is something to sign."""


@dataclass(frozen=True)
class Shown:
    """An entry as its reader gets it; the proof is missing until a checkpoint covers it."""

    entry: Entry
    proof: bytes | None


def append(ctx: Context, session: Session, received: Sequence[Received]) -> None:
    """Give every record its entry, whatever it holds; only our own checkpoints get none.

    An entry for each checkpoint would make the log grow for ever by itself.

    Raises:
        LogDamagedError, LogMovedError: nothing was appended.
    """
    arrivals = [
        domain.arrival(each.record, ctx.nonces(domain.NONCE_SIZE_BYTES))
        for each in received
        if not _is_own_checkpoint(each)
    ]
    if not arrivals:
        return
    for agency in map(domain.agency_of, (arrival.record for arrival in arrivals)):
        if agency:
            store.save_agency(session, agency)
    log = store.log(session)
    heads = store.heads(session, {arrival.stream for arrival in arrivals})
    entries = domain.entries(log, heads, arrivals)
    edge, nodes = log.edge.append(entry.leaf_hash for entry in entries)
    store.append(session, log.edge, edge, entries, nodes)
    after_commit(session, ctx.grown.set)


def note_export(ctx: Context, session: Session, event: ExportRequested) -> None:
    """Remember that an export waits for its proofs. Its own entry is made in this transaction."""
    request = BundleRequest(event.export_id, event.clip_id, event.agency_id)
    store.add_bundle_request(session, request)
    after_commit(session, ctx.grown.set)


def publish(ctx: Context) -> int:
    """Sign the head if it grew, then answer the exports it covers; say how many things were done.

    Raises:
        LogRefusedError: signing could contradict what was signed before; nothing was signed.
    """
    with ctx.db.snapshot() as session:
        log, last = store.log(session), store.latest_checkpoint(session)
        waiting = store.waiting_bundles(session, BUNDLES_MAX)
        if last and last.size < log.edge.size:
            # Computed anew, so that no checkpoint ever contradicts the one before it.
            _check_root(session, last.size, last.root)
    stands = last is not None and last.size == log.edge.size
    signed = last if last and stands else _sign(ctx, log, last)
    for request in waiting:
        _answer(ctx, request, signed)
    return int(not stands) + len(waiting)


def latest_checkpoint(ctx: Context) -> Signed:
    """The newest signed head.

    Raises:
        NoCheckpointError: nothing has been signed yet.
    """
    with ctx.db.snapshot() as session:
        last = store.latest_checkpoint(session)
    if last is None:
        raise NoCheckpointError
    return last


def list_entries(
    ctx: Context, who: Requester, stream: str | None, after: int, limit: int
) -> list[Entry]:
    """Entries in the log's order: of the agencies whose entries `who` may see."""
    listing = Listing(scope_of(who), stream, after, limit)
    with acting_below(with_subtree=scope_of(who).with_subtree), ctx.db.snapshot() as session:
        return store.list_entries(session, listing)


def show_entry(ctx: Context, who: Requester, index: int) -> Shown:
    """One entry, with its proof once a checkpoint covers it.

    Raises:
        EntryUnknownError: there is none, or of an agency out of sight.
    """
    with acting_below(with_subtree=scope_of(who).with_subtree), ctx.db.snapshot() as session:
        entry, last = anywhere(session, store.find_entry, index), store.latest_checkpoint(session)
        if entry and store.may_see(session, scope_of(who), entry):
            covered = last is not None and index < last.size
            return Shown(entry, _prove(session, entry, last).proof if last and covered else None)
    raise ctx.refuse(who, EntryUnknownError(), owner_id=entry.agency_id if entry else None)


def count_kinds(ctx: Context, who: Requester) -> dict[str, int]:
    """How many entries of each type the requester may see."""
    with acting_below(with_subtree=scope_of(who).with_subtree), ctx.db.snapshot() as session:
        return store.count_kinds(session, scope_of(who))


def scope_of(who: Requester) -> Scope:
    """A supervisor sees the own agency and those below; everybody else the own one only."""
    return Scope(who.agency_id, with_subtree=Role.SUPERVISOR in who.roles)


def start(ctx: Context) -> None:
    """Begin the log if there is none, and refuse to carry on one that does not hold together.

    Raises:
        LogRefusedError: see errors.py; nothing was changed, and a person must look.
    """
    with ctx.db.transaction() as session:
        store.begin_log(session, ctx.settings.log_origin)
    with ctx.db.snapshot() as session:
        log, last = store.log(session), store.latest_checkpoint(session)
        if log.origin != ctx.settings.log_origin:
            raise LogDamagedError(f"this log is named {log.origin}, and a log keeps its name")
        _check_edge(session, log)
        for note in (last and last.note, ctx.checkpoint_file.read()):
            if note:
                _check_signed(ctx, session, log, note)
        _signing_at(ctx, last)


def is_log_new(db: Database) -> bool:
    """Whether nothing was ever signed, so that a key may still be made."""
    with db.snapshot() as session:
        return store.latest_checkpoint(session) is None


def _sign(ctx: Context, log: Log, last: Signed | None) -> Signed:
    now = _signing_at(ctx, last)
    size, root = log.edge.size, log.edge.root
    note = sign_checkpoint(Checkpoint(log.origin, size, root), ctx.signer)
    signed = Signed(size, root, note, now)
    with ctx.db.transaction() as session:
        # One row per size, by primary key: a second root for it cannot get out of here.
        store.add_checkpoint(session, signed)
        published = CheckpointPublished(agency_id=SYSTEM, size=size, root=root.hex())
        ctx.outbox.emit(session, published)
    ctx.checkpoint_file.write(note)
    return signed


def _signing_at(ctx: Context, last: Signed | None) -> datetime:
    """When the next checkpoint is signed: never before the last one, whatever the clock reads.

    A clock that was put right by a little holds up nothing; the log tells of it. One that is far
    behind may belong to a machine set back to an old state, so a person must say which is wrong.

    Raises:
        ClockBehindError: see there.
    """
    now = ctx.clock.now()
    if last is None or now >= last.signed_at:
        return now
    behind = last.signed_at - now
    if behind > CLOCK_BEHIND_MAX and last.signed_at != ctx.settings.clock_was_ahead_at:
        raise ClockBehindError(now, last.signed_at)
    logger.error("clock is behind the last checkpoint", extra={"behind_s": behind.total_seconds()})
    return last.signed_at


def _answer(ctx: Context, request: BundleRequest, under: Signed) -> None:
    with ctx.db.snapshot() as session:
        log = store.log(session)
        entries = store.stream_entries(session, str(request.clip_id), under.size)
        proved = [_prove(session, entry, under) for entry in entries]
    content = domain.bundle(
        log.origin, ctx.signer.verifier.text, under, str(request.clip_id), proved
    )
    with ctx.bundles.begin() as part:
        part.write(content)
        part.keep()
        sha256 = part.sha256
    built = BundleBuilt(
        agency_id=request.agency_id,
        export_id=request.export_id,
        clip_id=request.clip_id,
        bundle_sha256=sha256,
        tree_size=under.size,
    )
    with ctx.db.transaction() as session:
        if store.finish_bundle(session, request.export_id, sha256, under.size):
            ctx.outbox.emit(session, built)


def _prove(session: Session, entry: Entry, under: Signed) -> Proved:
    hashes = prove_inclusion(partial(store.nodes, session), entry.index, under.size)
    return Proved(entry, proof_file.write(entry.index, hashes, under.note))


def _check_edge(session: Session, log: Log) -> None:
    """Compare the head with the tree's right edge and the last entry; reads O(log size) rows."""
    size, last = log.edge.size, store.last_entry(session)
    if (last.index + 1 if last else 0) != size:
        raise LogDamagedError("the log's size is not the number of its entries")
    if store.nodes(session, complete_subtrees(0, size)) != list(log.edge.hashes):
        raise LogDamagedError("the tree's right edge is not the log's")
    if last and leaf_hash(last.leaf) != last.leaf_hash:
        raise LogDamagedError("the last entry is not the one that was hashed")


def _check_signed(ctx: Context, session: Session, log: Log, note: bytes) -> None:
    """Compare a checkpoint that has left, or may have left, with the log."""
    try:
        signed = open_checkpoint(note, ctx.signer.verifier)
    except (NoteError, CheckpointError) as error:
        raise LogKeyError("a checkpoint of this log was not signed by this key") from error
    if signed.size > log.edge.size:
        raise LogRolledBackError(
            f"{signed.size} entries were signed, {log.edge.size} are here: an old back-up?"
        )
    _check_root(session, signed.size, signed.root)


def _check_root(session: Session, size: int, root: bytes) -> None:
    if root_of(store.nodes(session, complete_subtrees(0, size))) != root:
        raise LogDamagedError(f"at {size} entries the tree has not the root that was signed")


def _is_own_checkpoint(received: Received) -> bool:
    record = received.record
    return record.topic == "audit" and record.headers["ce_type"] == CheckpointPublished.type
