"""Every query of audit. Takes and returns domain values; rows do not leave this file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Uuid,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    tuple_,
    update,
)
from sqlmodel import Session, col, select

from audit.domain import Agency, BundleRequest, Entry, Head, Log, Scope, Signed
from audit.errors import LogDamagedError, LogMovedError
from audit.tables import (
    AgencyRow,
    Base,
    BundleRow,
    CheckpointRow,
    EntryRow,
    LogRow,
    NodeRow,
    StreamRow,
)
from common.events import SYSTEM
from tlog.merkle import HASH_SIZE, Edge, EdgeError, Node, NodeId

_ONLY = 1
_agency: Final = Base.metadata.tables["agency"].c


@dataclass(frozen=True)
class Listing:
    """Which entries somebody wants, and which that person may see."""

    scope: Scope
    stream: str | None
    after: int
    limit: int


def begin_log(session: Session, origin: str) -> None:
    """Make the empty log, unless there is one."""
    if session.get(LogRow, _ONLY) is None:
        empty = Edge()
        session.add(LogRow(only=_ONLY, origin=origin, size=0, root=empty.root, edge=b""))


def log(session: Session) -> Log:
    """The log as it stands; nobody else moves it while a transaction has its turn (ADR 0014).

    Raises:
        LogDamagedError: size, root and edge contradict each other.
    """
    row = session.exec(select(LogRow)).one()
    hashes = [row.edge[at : at + HASH_SIZE] for at in range(0, len(row.edge), HASH_SIZE)]
    try:
        edge = Edge(row.size, tuple(hashes))
    except EdgeError as error:
        raise LogDamagedError("the log's edge does not fit its size") from error
    if edge.root != row.root:
        raise LogDamagedError("the log's edge does not lead to its root")
    return Log(row.origin, edge)


def append(
    session: Session, before: Edge, after: Edge, entries: Sequence[Entry], nodes: Sequence[Node]
) -> None:
    """Move the log from `before` to `after`, with everything in between.

    Raises:
        LogMovedError: the log does not stand at `before` any more.
    """
    connection = session.connection()
    moved = connection.execute(
        update(LogRow)
        .where(col(LogRow.size) == before.size, col(LogRow.root) == before.root)
        .values(size=after.size, root=after.root, edge=b"".join(after.hashes))
    )
    if moved.rowcount != 1:
        raise LogMovedError
    connection.execute(insert(EntryRow), [vars(entry) for entry in entries])
    connection.execute(
        insert(NodeRow),
        [
            {"level": node.id.level, "position": node.id.position, "hash": node.hash}
            for node in nodes
        ],
    )
    _move_heads(session, {e.stream: Head(e.stream_number, e.leaf_hash) for e in entries})


def heads(session: Session, streams: Collection[str]) -> dict[str, Head]:
    rows = session.exec(select(StreamRow).where(col(StreamRow.stream).in_(streams)))
    return {row.stream: Head(row.count, row.head) for row in rows}


def nodes(session: Session, ids: Sequence[NodeId]) -> list[bytes]:
    """The hashes of these nodes, in this order.

    Raises:
        LogDamagedError: one is missing.
    """
    place = tuple_(col(NodeRow.level), col(NodeRow.position))
    rows = session.exec(select(NodeRow).where(place.in_([tuple(id_) for id_ in ids])))
    found = {NodeId(row.level, row.position): row.hash for row in rows}
    if missing := set(ids) - set(found):
        raise LogDamagedError(f"{len(missing)} hashes of the tree are missing")
    return [found[id_] for id_ in ids]


def find_entry(session: Session, index: int) -> Entry | None:
    row = session.get(EntryRow, index)
    return row and _entry(row)


def may_see(session: Session, scope: Scope, entry: Entry) -> bool:
    query = select(EntryRow.index).where(EntryRow.index == entry.index, _visible(scope))
    return session.exec(query).first() is not None


def save_agency(session: Session, agency: Agency) -> None:
    session.merge(AgencyRow(**vars(agency)))
    session.flush()


def last_entry(session: Session) -> Entry | None:
    row = session.exec(select(EntryRow).order_by(col(EntryRow.index).desc()).limit(1)).first()
    return row and _entry(row)


def stream_entries(session: Session, stream: str, size: int) -> list[Entry]:
    """All entries of a stream in the tree of the first `size` leaves, in order."""
    query = (
        select(EntryRow)
        .where(EntryRow.stream == stream, EntryRow.index < size)
        .order_by(col(EntryRow.stream_number))
    )
    return [_entry(row) for row in session.exec(query)]


def list_entries(session: Session, listing: Listing) -> list[Entry]:
    query = select(EntryRow).where(EntryRow.index > listing.after, _visible(listing.scope))
    if listing.stream:
        query = query.where(EntryRow.stream == listing.stream)
    query = query.order_by(col(EntryRow.index)).limit(listing.limit)
    return [_entry(row) for row in session.exec(query)]


def count_kinds(session: Session, scope: Scope) -> dict[str, int]:
    """How many entries there are of each type."""
    query = select(EntryRow.type, func.count()).where(_visible(scope))
    query = query.group_by(EntryRow.type).order_by(EntryRow.type)
    return dict(session.exec(query).all())


def add_checkpoint(session: Session, signed: Signed) -> None:
    session.add(CheckpointRow(**vars(signed)))
    session.flush()


def latest_checkpoint(session: Session) -> Signed | None:
    newest = select(CheckpointRow).order_by(col(CheckpointRow.size).desc()).limit(1)
    row = session.exec(newest).first()
    return row and Signed(row.size, row.root, row.note, row.signed_at)


def add_bundle_request(session: Session, request: BundleRequest) -> None:
    """Remember a request. Safe to repeat."""
    if session.get(BundleRow, request.export_id) is None:
        session.add(BundleRow(**vars(request), sha256=None, tree_size=None))


def waiting_bundles(session: Session, limit: int) -> list[BundleRequest]:
    query = select(BundleRow).where(col(BundleRow.sha256).is_(None)).limit(limit)
    return [BundleRequest(r.export_id, r.clip_id, r.agency_id) for r in session.exec(query)]


def finish_bundle(session: Session, export_id: UUID, sha256: str, tree_size: int) -> bool:
    """Keep a request's answer, and say whether it is the first."""
    finished = session.connection().execute(
        update(BundleRow)
        .where(col(BundleRow.export_id) == export_id, col(BundleRow.sha256).is_(None))
        .values(sha256=sha256, tree_size=tree_size)
    )
    return finished.rowcount == 1


def _visible(scope: Scope) -> ColumnElement[bool]:
    """What holds of the entries in a scope.

    UNION, not UNION ALL: a tree that is wrong and runs in a circle still ends.
    """
    if not scope.with_subtree:
        return col(EntryRow.agency_id) == scope.agency_id
    top = select(literal(scope.agency_id, Uuid).label("agency_id")).cte("scope", recursive=True)
    tree = top.union(select(_agency.agency_id).where(_agency.parent_id == top.c.agency_id))
    own = col(EntryRow.agency_id).in_(select(tree.c.agency_id))
    of_root = exists().where(_agency.agency_id == scope.agency_id, _agency.parent_id.is_(None))
    nobodys = or_(col(EntryRow.agency_id) == SYSTEM, col(EntryRow.agency_id).is_(None))
    return or_(own, and_(nobodys, of_root))


def _move_heads(session: Session, newest: dict[str, Head]) -> None:
    connection = session.connection()
    connection.execute(delete(StreamRow).where(col(StreamRow.stream).in_(newest)))
    connection.execute(
        insert(StreamRow),
        [{"stream": s, "count": head.number, "head": head.leaf_hash} for s, head in newest.items()],
    )


def _entry(row: EntryRow) -> Entry:
    return Entry(
        index=row.index,
        leaf=row.leaf,
        leaf_hash=row.leaf_hash,
        type=row.type,
        agency_id=row.agency_id,
        subject=row.subject,
        stream=row.stream,
        stream_number=row.stream_number,
    )
