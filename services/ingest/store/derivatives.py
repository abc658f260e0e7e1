"""Every query about what was made of originals, and what is to be made."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import Session, col, not_, select

from contracts.ingest import DerivativeKind
from ingest.domain.derivative import Derivative, Order, Wanted
from ingest.store.taking import is_free, take
from ingest.tables import ClipRow, DerivativeRow, UnderivedRow


def add_wanted(session: Session, clip_id: UUID, wanted: Iterable[Wanted]) -> None:
    for order, one in enumerate(wanted):
        session.add(UnderivedRow(clip_id=clip_id, kind=one.kind, recipe=one.recipe, place=order))


def next_order(session: Session, replica: int, now: datetime) -> Order | None:
    """A derivative that is to be made now; those that failed come last."""
    due_at = col(UnderivedRow.due_at)
    found = session.exec(
        select(UnderivedRow, ClipRow)
        .join(ClipRow, col(ClipRow.clip_id) == col(UnderivedRow.clip_id))
        .where(
            not_(col(UnderivedRow.is_given_up)),
            or_(due_at.is_(None), due_at <= now),
            is_free(UnderivedRow, replica, now),
        )
        .order_by(col(UnderivedRow.tries), col(UnderivedRow.clip_id), col(UnderivedRow.place))
        .limit(1)
    ).first()
    if found is None:
        return None
    row, clip = found
    wanted = Wanted(DerivativeKind(row.kind), row.recipe)
    return Order(clip.clip_id, clip.agency_id, clip.sha256, wanted)


def take_order(session: Session, order: Order, replica: int, now: datetime) -> bool:
    """Have this replica make a derivative; False if another was faster."""
    which = and_(
        col(UnderivedRow.clip_id) == order.clip_id,
        col(UnderivedRow.kind) == order.wanted.kind.value,
    )
    return take(session, UnderivedRow, which, replica, now)


def count_try(session: Session, order: Order) -> int:
    """Count one more time that it could not be made, and say how many it were."""
    row = _row(session, order)
    row.tries += 1
    return row.tries


def set_due(session: Session, order: Order, due_at: datetime) -> None:
    _row(session, order).due_at = due_at


def give_up(session: Session, order: Order) -> None:
    _row(session, order).is_given_up = True


def add_derivative(session: Session, order: Order, made: Derivative) -> None:
    session.add(
        DerivativeRow(
            clip_id=order.clip_id,
            kind=made.kind,
            recipe=made.recipe,
            maker=made.maker,
            parent_sha256=made.parent_sha256,
            sha256=made.sha256,
            size_bytes=made.size_bytes,
            made_at=made.made_at,
        )
    )
    session.delete(_row(session, order))


def derivatives_of(session: Session, clip_id: UUID) -> Sequence[Derivative]:
    rows = session.exec(
        select(DerivativeRow)
        .where(col(DerivativeRow.clip_id) == clip_id)
        .order_by(col(DerivativeRow.kind))
    )
    return [
        Derivative(
            DerivativeKind(row.kind),
            row.recipe,
            row.maker,
            row.parent_sha256,
            row.sha256,
            row.size_bytes,
            row.made_at,
        )
        for row in rows
    ]


def given_up_of(session: Session, clip_id: UUID) -> Sequence[DerivativeKind]:
    rows = session.exec(
        select(UnderivedRow.kind)
        .where(col(UnderivedRow.clip_id) == clip_id, col(UnderivedRow.is_given_up))
        .order_by(col(UnderivedRow.kind))
    )
    return [DerivativeKind(kind) for kind in rows]


def _row(session: Session, order: Order) -> UnderivedRow:
    return session.get_one(UnderivedRow, (order.clip_id, order.wanted.kind.value))
