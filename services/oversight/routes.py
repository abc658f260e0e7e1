"""HTTP face of oversight: parse, call one operation, render."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from common.auth import Requester, may_call
from contracts.identity import Level, Role
from oversight import operations
from oversight.domain import KINDS, Agency, Figures
from oversight.operations import Context

router = APIRouter(prefix="/v1")


def context(request: Request) -> Context:
    return request.app.state.ctx


Ctx = Annotated[Context, Depends(context)]
Watcher = Annotated[Requester, may_call(Role.SUPERVISOR, Role.LEADER, Role.LEGAL_REVIEWER)]
After = Annotated[UUID | None, Query()]
First = Annotated[date, Query(alias="from")]
Before = Annotated[date, Query(alias="to")]


class FiguresOut(BaseModel):
    """Numbers and nothing else: no names, no persons, no cases."""

    clips_stored: int
    bytes_stored: int
    clips_quarantined: int
    uploads_refused: int
    cases_opened: int
    cases_ended: int
    activities_evaluated: int
    """By their latest evaluation, as the three below."""
    activities_satisfied: int
    items_not_satisfied: int
    items_needing_judgement: int
    requests_granted: int
    requests_refused: int
    refusals: int
    """Whatever any service refused a signed-in person, besides requests, uploads, disposals."""
    views_shown: int
    exports_built: int
    clips_scheduled: int
    disposals_refused: int
    cards_reported: int
    """By docks: a device's files on a card, with or without gaps in its own numbers."""
    file_numbers_missing: int
    """In those gaps; a card that was not wiped counts again each time it comes."""


class AgencyOut(FiguresOut):
    """An agency's figures over all days."""

    agency_id: UUID
    parent_id: UUID | None
    level: Level | None
    """None: identity has not told of it yet."""

    @classmethod
    def of(cls, agency: Agency, figures: Figures) -> Self:
        return cls.model_validate(vars(agency) | _numbers(figures))


class DayOut(FiguresOut):
    """An agency's figures of one day in Asia/Shanghai."""

    day: date

    @classmethod
    def of(cls, day: date, figures: Figures) -> Self:
        return cls(day=day, **_numbers(figures))


class AgenciesOut(BaseModel):
    """A page of agencies; `next` goes into `after`."""

    items: list[AgencyOut]
    next: UUID | None


class DaysOut(BaseModel):
    """A page of days; `next` goes into `from`."""

    items: list[DayOut]
    next: date | None


@router.get("/figures")
def figures(ctx: Ctx, who: Watcher, after: After = None) -> AgenciesOut:
    found, onward = operations.figures(ctx, who, after)
    return AgenciesOut(items=[AgencyOut.of(*item) for item in found], next=onward)


@router.get("/agencies/{agency_id}/figures")
def figures_by_day(
    ctx: Ctx, who: Watcher, agency_id: UUID, first: First = date.min, before: Before = date.max
) -> DaysOut:
    found, onward = operations.figures_by_day(ctx, who, agency_id, first, before)
    return DaysOut(items=[DayOut.of(*item) for item in found.items()], next=onward)


def _numbers(figures: Figures) -> dict[str, int]:
    verdicts = {name: value for name, value in vars(figures).items() if name != "counts"}
    return {kind: figures.counts.get(kind, 0) for kind in KINDS} | verdicts
