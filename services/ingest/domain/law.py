"""What a pack's ingest.yaml says: what a clip is filed under, and by when it must be where."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from common.events import Code
from contracts.ingest import IndexField
from ingest.domain.clip import LEGAL_TIME

Words = Annotated[str, StringConstraints(min_length=1)]


def _iso(said: object) -> object:
    if isinstance(said, str) and said.startswith("P"):
        return said
    raise ValueError("not an ISO 8601 duration such as PT24H")


Duration = Annotated[timedelta, BeforeValidator(_iso), Field(gt=timedelta(0))]


class Strict(BaseModel):
    """An unknown word in a law file is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(Strict):
    """A place in the regulation, with its words as printed and how they are understood."""

    id: Code
    citation: Words
    text: Words
    reading: Words


class Warn(Strict):
    """How long before a duty runs out it is announced. No regulation says it: a reading."""

    before: Duration
    note: Words


class ClockError(Strict):
    """By how much a device's clock may be ahead and still be believed. A reading, too."""

    tolerance: Duration
    note: Words


class Hours(Strict):
    """Another way to count a period of hours, by analogy with a law, where none is settled.

    The strict way, from instant to instant, is the one that warns and judges.
    """

    starting_hour: Literal["not_counted"]
    citation: Words
    text: Words
    note: Words


class FirstLock(Strict):
    """How long an original is locked when it is kept. No regulation says it: a reading."""

    period: Duration
    note: Words


class Filing(Article):
    """What a clip is filed under (分类存储, 项目信息), each with the article's own word for it."""

    fields: Annotated[dict[IndexField, Words], Field(min_length=1)]


class Returns(Article):
    """For what reasons a period may run from the return instead (返回单位后)."""

    reasons: Annotated[dict[Code, Words], Field(min_length=1)]


class Duty(Article):
    """Something that must be done about each clip within a time."""

    label: Words
    act: Literal["stored", "exported", "handed_over"]
    or_designated: bool = False
    """Whether a designated storage device outside this system does as well."""
    index: Code | None = None
    """The `Filing` whose fields must be given by then as well."""
    since: Literal["recorded_end", "returned_at"]
    within: Duration | Literal["day_end"]
    """`day_end`: until midnight of that day, in Asia/Shanghai."""
    when: Literal["always", "not_returned", "returned"]
    """Whether it holds for clips of which a return is declared and confirmed, for the others, or
    for all."""
    if_returned_asks: Words | None = None
    """What people must judge where it was not done in time and a return is confirmed."""

    def due_at(self, since: datetime) -> datetime:
        """The last instant at which it is in time.

        Raises:
            OverflowError: there is no such instant.
        """
        if isinstance(self.within, timedelta):
            return since + self.within
        local = since.astimezone(LEGAL_TIME)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1)  # there is no summer time in Asia/Shanghai since 1992

    @model_validator(mode="after")
    def _starts_from_what_is_there(self) -> Self:
        if (self.since == "returned_at") != (self.when == "returned"):
            raise ValueError("a duty for returns, and no other, runs from the return")
        if self.if_returned_asks and self.when != "always":
            raise ValueError("a return raises a question only where it does not decide")
        if self.or_designated and (self.act != "stored" or self.index):
            raise ValueError("only a duty to store and no more can be done outside this system")
        return self


class IngestRules(Strict):
    """The whole of a pack's ingest.yaml."""

    warn: Warn
    clock: ClockError
    hours: Hours | None = None
    """None: nobody counts otherwise, or the pack is older than the question."""
    first_lock: FirstLock | None
    index: tuple[Filing, ...]
    returns: Returns | None
    """None: the regulation knows no such exception."""
    duties: Annotated[tuple[Duty, ...], Field(min_length=1)]

    @property
    def demanded(self) -> frozenset[IndexField]:
        """Every field that some article wants a clip to be filed under."""
        return frozenset(field for filing in self.index for field in filing.fields)

    def names(self) -> dict[IndexField, str]:
        """What the articles call the fields, by the first that names each."""
        return {
            field: words
            for filing in reversed(self.index)
            for field, words in filing.fields.items()
        }

    def fields_of(self, duty: Duty) -> frozenset[IndexField]:
        """The fields that must be given for a duty to be done."""
        named = (filing.fields for filing in self.index if filing.id == duty.index)
        return frozenset(field for fields in named for field in fields)

    def lenient_end(self, duty: Duty, since: datetime) -> datetime | None:
        """The last instant at which it is in time if the hour in which it starts is not counted.

        A period of hours then runs from the next full hour. None: it is no period of hours, or the
        pack knows no other way to count.

        Raises:
            OverflowError: there is no such instant.
        """
        if self.hours is None or not isinstance(duty.within, timedelta):
            return None
        hour = since.astimezone(LEGAL_TIME).replace(minute=0, second=0, microsecond=0)
        return (hour + timedelta(hours=1) + duty.within).astimezone(UTC)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [article.id for article in (*self.index, *self.duties)]
        if len(set(ids)) < len(ids):
            raise ValueError("two articles have the same id")
        if not {duty.index for duty in self.duties} <= {None, *(one.id for one in self.index)}:
            raise ValueError("a duty names an index that is not there")
        if self.returns is None and any(duty.when != "always" for duty in self.duties):
            raise ValueError("a duty asks for returns, and there are none")
        return self


def legal_day(instant: datetime) -> date:
    """The day of an instant where the law counts days."""
    try:
        return instant.astimezone(LEGAL_TIME).date()
    except OverflowError:  # a device may claim the last hours of the year 9999
        return date.max
