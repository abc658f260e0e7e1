"""Everything oversight can do. One function, one transaction, one outcome."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlmodel import Session

from common import service
from common.auth import Requester
from common.bus import Received
from common.fence import acting_below
from contracts.identity import AgencyRegistered, Role
from oversight import domain, store
from oversight.domain import Agency, Figures, Scope, Told
from oversight.errors import AgencyUnknownError
from oversight.settings import Settings
from oversight.store import Place

PAGE: Final = 500
"""Agencies, or days, in one answer."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Context(service.Context):
    """What oversight's operations need; built once in app.py."""

    settings: Settings


def count(_ctx: Context, session: Session, received: Sequence[Received]) -> None:
    """Add what was said to the figures. What cannot be read is left out: nothing may stop here."""
    counts: Counter[Place] = Counter()
    for one in received:
        headers = one.record.headers
        type_ = headers["ce_type"]
        told = domain.understand(type_, headers.get("ce_time", ""), one.record.value)
        if told:
            counts.update(_count(session, told))
        elif type_ in domain.KNOWN:
            logger.warning("event cannot be counted", extra={"id": headers["ce_id"]})
    store.add_counts(session, counts)


def figures(
    ctx: Context, who: Requester, after: UUID | None
) -> tuple[list[tuple[Agency, Figures]], UUID | None]:
    """The figures of every agency that `who` may see, a page of them, and where the next begins."""
    with acting_below(with_subtree=scope_of(who).with_subtree), ctx.db.snapshot() as session:
        found = store.agencies(session, scope_of(who), after, PAGE + 1)
        page = found[:PAGE]
        known = store.figures(session, [agency.agency_id for agency in page])
    none = Figures({})
    items = [(agency, known.get(agency.agency_id, none)) for agency in page]
    return items, page[-1].agency_id if len(found) > PAGE else None


def figures_by_day(
    ctx: Context, who: Requester, agency_id: UUID, first: date, before: date
) -> tuple[dict[date, Figures], date | None]:
    """The figures of one agency by day, a page of them, and the day on which the next begins.

    Raises:
        AgencyUnknownError: there is no such agency among those whose figures `who` may see.
    """
    with acting_below(with_subtree=scope_of(who).with_subtree), ctx.db.snapshot() as session:
        if store.may_see(session, scope_of(who), agency_id):
            days = store.days(session, agency_id, first, before, PAGE + 1)
            known = store.figures_by_day(session, agency_id, days[:PAGE])
            return {day: known[day] for day in days[:PAGE]}, next(iter(days[PAGE:]), None)
        owner_id = agency_id if store.is_registered(session, agency_id) else None
    raise ctx.refuse(who, AgencyUnknownError(), agency_id, owner_id)


def scope_of(who: Requester) -> Scope:
    """A supervisor sees the agencies below the own one; everybody else the own one only."""
    return Scope(who.agency_id, with_subtree=Role.SUPERVISOR in who.roles)


def _count(session: Session, told: Told) -> Counter[Place]:
    event = told.event
    if isinstance(event, AgencyRegistered):
        store.save_agency(session, Agency(event.agency_id, event.parent_id, event.level))
    evaluation = domain.evaluation(told)
    if evaluation:
        store.save_evaluation(session, evaluation)
    counts: Counter[Place] = Counter()
    for addition in domain.additions(event):
        once = addition.once_per
        if once is None or store.count_once(session, addition.kind, once):
            counts[event.agency_id, told.day, addition.kind] += addition.count
    return counts
