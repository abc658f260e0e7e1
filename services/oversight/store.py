"""Every query of oversight. Takes and returns domain values; rows do not leave this file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import CTE, Column, ColumnElement, Uuid, and_, case, func, literal, select, union
from sqlmodel import Session

from contracts.identity import Level
from oversight.domain import Agency, Evaluation, Figures, Kind, Scope
from oversight.tables import AgencyRow, Base, CountedRow, EvaluationRow, FigureRow

Place: TypeAlias = tuple[UUID, date, Kind]
"""Whose figure, of which day, of what."""

_agency: Final = Base.metadata.tables["agency"].c
_figure: Final = Base.metadata.tables["figure"].c
_verdict: Final = Base.metadata.tables["evaluation"].c


def save_agency(session: Session, agency: Agency) -> None:
    session.merge(AgencyRow(**vars(agency)))
    session.flush()


def add_counts(session: Session, counts: Mapping[Place, int]) -> None:
    for (agency_id, day, kind), count in counts.items():
        row = session.get(FigureRow, (agency_id, day, kind), with_for_update=True)
        if row:
            row.count += count
        else:
            session.add(FigureRow(agency_id=agency_id, day=day, kind=kind, count=count))
    session.flush()


def count_once(session: Session, kind: Kind, thing_id: UUID) -> bool:
    """Tell whether this is the first time that `kind` names the thing, and remember it."""
    if session.get(CountedRow, (kind, thing_id)):
        return False
    session.add(CountedRow(kind=kind, thing_id=thing_id))
    session.flush()
    return True


def save_evaluation(session: Session, evaluation: Evaluation) -> None:
    session.merge(EvaluationRow(**vars(evaluation)))
    session.flush()


def is_registered(session: Session, agency_id: UUID) -> bool:
    return session.get(AgencyRow, agency_id) is not None


def may_see(session: Session, scope: Scope, agency_id: UUID) -> bool:
    found = _within(scope).c.agency_id
    query = select(found).where(found == agency_id)
    return session.connection().execute(query).first() is not None


def agencies(session: Session, scope: Scope, after: UUID | None, limit: int) -> list[Agency]:
    """The agencies of a scope in the order of their ids, also those of which nothing is told."""
    found = _within(scope)
    query = (
        select(found.c.agency_id, _agency.parent_id, _agency.level)
        .outerjoin_from(found, _agency.agency_id.table, _agency.agency_id == found.c.agency_id)
        .order_by(found.c.agency_id)
        .limit(limit)
    )
    if after:
        query = query.where(found.c.agency_id > after)
    return [
        Agency(agency_id, parent_id, Level(level) if level else None)
        for agency_id, parent_id, level in session.connection().execute(query)
    ]


def figures(session: Session, agency_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """What is known of each agency, over all days."""
    return _sums(
        session,
        (_figure.agency_id, _figure.agency_id.in_(agency_ids)),
        (_verdict.agency_id, _verdict.agency_id.in_(agency_ids)),
    )


def days(session: Session, agency_id: UUID, first: date, before: date, limit: int) -> list[date]:
    """The earliest days from `first` on, and before `before`, of which there is anything."""
    either = union(
        *(
            select(row.day).where(row.agency_id == agency_id, row.day >= first, row.day < before)
            for row in (_figure, _verdict)
        )
    ).subquery()
    query = select(either.c.day).order_by(either.c.day).limit(limit)
    return [day for (day,) in session.connection().execute(query)]


def figures_by_day(
    session: Session, agency_id: UUID, wanted: Sequence[date]
) -> dict[date, Figures]:
    return _sums(
        session,
        (_figure.day, and_(_figure.agency_id == agency_id, _figure.day.in_(wanted))),
        (_verdict.day, and_(_verdict.agency_id == agency_id, _verdict.day.in_(wanted))),
    )


def _within(scope: Scope) -> CTE:
    """The ids of a scope's agencies; the root is one also before identity has told of it.

    UNION, not UNION ALL: a tree that is wrong and runs in a circle still ends.
    """
    root = select(literal(scope.root, Uuid).label("agency_id"))
    if not scope.with_subtree:
        return root.cte("scope")
    top = root.cte("scope", recursive=True)
    return top.union(select(_agency.agency_id).where(_agency.parent_id == top.c.agency_id))


def _sums(
    session: Session,
    figures_by: tuple[Column[Any], ColumnElement[bool]],
    verdicts_by: tuple[Column[Any], ColumnElement[bool]],
) -> dict[Any, Figures]:
    """Add up, per value of the first column, the rows that meet the second."""
    key, wanted = figures_by
    query = select(key, _figure.kind, func.sum(_figure.count))
    counts: dict[Any, dict[Kind, int]] = {}
    for value, kind, count in session.connection().execute(
        query.where(wanted).group_by(key, _figure.kind)
    ):
        counts.setdefault(value, {})[kind] = int(count)
    verdicts = _verdicts(session, *verdicts_by)
    return {
        value: Figures(counts.get(value, {}), *verdicts.get(value, ()))
        for value in counts.keys() | verdicts.keys()
    }


def _verdicts(
    session: Session, key: Column[Any], wanted: ColumnElement[bool]
) -> dict[Any, tuple[int, ...]]:
    """Activities, satisfied ones, unsatisfied items and open items, in the order of `Figures`."""
    query = select(
        key,
        func.count(),
        func.sum(case((_verdict.satisfied, 1), else_=0)),
        func.sum(_verdict.not_satisfied),
        func.sum(_verdict.needs_judgement),
    )
    rows = session.connection().execute(query.where(wanted).group_by(key))
    return {value: tuple(int(number) for number in numbers) for value, *numbers in rows}
