"""What clients send to the catalogue."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictBool

from catalog.domain import PartyKind
from common.fields import Line, Passage
from contracts.catalog import Category, Point, Trait, Word

T = TypeVar("T")

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)


def _distinct(values: list[T]) -> list[T]:
    if len(set(values)) < len(values):
        raise ValueError("twice the same")
    return values


def _in_utc(at: datetime) -> datetime:
    """The same moment in the form it is kept in, so that a repeated request has the same answer."""
    return at.astimezone(UTC)


Distinct = AfterValidator(_distinct)
DISTINCT: dict[str, Any] = {"uniqueItems": True}
Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST), AfterValidator(_in_utc)]
OffsetMs = Annotated[int, Field(strict=True, ge=0, le=2**53)]


class Form(BaseModel):
    """Unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class PartyForm(Form):
    """Whom a case is about."""

    name: Line
    kind: PartyKind


class CaseIn(Form):
    """A case as it begins. It may not have a number yet."""

    name: Line
    cause: Line
    category: Category
    unit_id: UUID
    party: PartyForm
    provisional_no: Line | None = None
    case_no: Line | None = None


class EndIn(Form):
    """The day the act ended, in China, and what periods of keeping depend on."""

    ended_on: date
    traits: Annotated[list[Trait], Field(json_schema_extra=DISTINCT), Distinct]


class ArchiveIn(Form):
    """The day the archive took the file over, in China."""

    archived_on: date


class ActivityIn(Form):
    """One carried-out step, where, and by whom."""

    case_id: UUID
    stage: Word
    place: Line
    officers: Annotated[
        list[UUID], Field(min_length=1, max_length=50, json_schema_extra=DISTINCT), Distinct
    ]
    acted_on: date | None = None
    """The act's day in China. Stated, it decides whether an account since closed may be named."""


class MilestoneIn(Form):
    """When a named moment was; `reason` tells why, where it is said once more."""

    at: Instant
    reason: Passage | None = None


class ConditionIn(Form):
    """Whether a condition of the law holds."""

    holds: StrictBool


class LinkIn(Form):
    """A clip, and what it serves."""

    clip_id: UUID
    activity_id: UUID


class MarkIn(Form):
    """Where in a clip a content point is seen or heard."""

    clip_id: UUID
    activity_id: UUID
    point: Point
    offset_ms: OffsetMs
