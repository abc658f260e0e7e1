"""HTTP face of what docks tell of cards: parse, call one operation, render."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from common.auth import Requester
from common.fields import Line
from contracts.ingest import NumbersFrom
from ingest.domain.cards import GAPS_MAX, CardReport, Gap
from ingest.domain.names import device_id_of, own_id
from ingest.operations import cards
from ingest.routes.callers import Ctx, Limit, OfficerOrCustodian, Staff

router = APIRouter(prefix="/v1/card-reports")

FileNo = Annotated[int, Field(ge=0, lt=10**9)]
Number = Annotated[int, Field(ge=0, lt=10**9)]


class GapIn(BaseModel):
    """Numbers of a device for which the card has no file: `first` to `last`, both missing."""

    model_config = ConfigDict(extra="forbid")

    first: FileNo
    last: FileNo

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise ValueError("last 不得小于 first")
        return self


class CardReportIn(BaseModel):
    """What a dock found of one device's files on a card; with no gaps, that nothing is missing."""

    model_config = ConfigDict(extra="forbid")

    key: UUID
    """The client's own id of the report, unique in its agency: a repetition changes nothing."""
    device_no: Line
    numbers_from: NumbersFrom
    files: Number
    gaps: Annotated[list[GapIn], Field(max_length=GAPS_MAX)]
    further_gaps: Number = 0
    """How many gaps there are besides those that are named."""
    further_missing: Annotated[int, Field(ge=0, lt=2**40)] = 0
    """How many numbers are missing in those."""

    def of(self, ctx: Ctx, who: Requester) -> CardReport:
        return CardReport(
            report_id=own_id(who.agency_id, "card_report", self.key),
            agency_id=who.agency_id,
            device_id=device_id_of(who.agency_id, self.device_no),
            device_no=self.device_no,
            numbers_from=self.numbers_from,
            files=self.files,
            gaps=tuple(Gap(gap.first, gap.last) for gap in self.gaps),
            further_gaps=self.further_gaps,
            further_missing=self.further_missing,
            reported_by=who.subject,
            reported_at=ctx.clock.now(),
        )


class GapOut(BaseModel):
    """Numbers that are missing, the first and the last of them."""

    model_config = ConfigDict(from_attributes=True)

    first: int
    last: int


class CardReportOut(BaseModel):
    """A report as it was kept. It says what a card lacked, not why: that a person explains."""

    model_config = ConfigDict(from_attributes=True)

    report_id: UUID
    device_id: UUID
    device_no: str
    numbers_from: NumbersFrom
    files: int
    gaps: list[GapOut]
    gap_count: int
    """With those that are not named one by one."""
    missing_count: int
    gaps_sha256: str
    """Of the gaps as `first-last`, a line for each; the audit log has it too."""
    reported_by: UUID
    reported_at: AwareDatetime


class CardReportsOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[CardReportOut]
    next: UUID | None


@router.post("", status_code=201)
def report(ctx: Ctx, who: OfficerOrCustodian, body: CardReportIn) -> CardReportOut:
    """Keep which of a device's own numbers a card has no file for. Never edited, never removed."""
    return CardReportOut.model_validate(cards.report(ctx, who, body.of(ctx, who)))


@router.get("")
def list_reports(
    ctx: Ctx,
    who: Staff,
    device_no: Annotated[Line | None, Query()] = None,
    with_gaps: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query's word has no position
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> CardReportsOut:
    """What was told of the agency's cards, the last one first; only with gaps, if asked so."""
    found = cards.list_reports(ctx, who, device_no, cursor, limit + 1, with_gaps=with_gaps)
    items = [CardReportOut.model_validate(one) for one in found[:limit]]
    return CardReportsOut(items=items, next=items[-1].report_id if len(found) > limit else None)
