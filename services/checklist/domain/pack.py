"""What a checklist pack may say: the printed text, our reading of it, and nothing unnamed."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from common.events import Code
from contracts.catalog import Category
from contracts.ingest import Carrier

Text = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    """A misspelt key in a law is an error, never an ignored word."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PackHead(_Strict):
    """`pack.yaml`: whose law it is and where its text comes from."""

    id: Code
    code: Text
    """What citations call it, such as S2."""
    version: Annotated[int, Field(ge=1)]
    jurisdiction: Text
    title: Text
    number: Text | None
    """文号, where one is printed."""
    issued_on: date | None
    issued_year: Annotated[int, Field(ge=1949)] | None
    """The year alone, where no day is printed but a number shows it."""
    issued_note: Text | None
    """Why there is no day, and who supplies one."""
    seed: Text
    """The file the text was transcribed from."""

    @property
    def rules_since(self) -> date | None:
        """The first day on which it can have ruled; None where nothing printed says."""
        return self.issued_on or (self.issued_year and date(self.issued_year, 1, 1)) or None

    @model_validator(mode="after")
    def _a_missing_day_is_explained(self) -> Self:
        if self.issued_on is None and self.issued_note is None:
            raise ValueError("issued_on is null and issued_note does not say why")
        return self


class Named(_Strict):
    """A word of the pack and how people say it."""

    id: Code
    label: Text


class Milestone(Named):
    """A moment from which or until which rows ask for recording."""

    ask: Text
    """The question to the officer while nobody has stated the moment."""
    precedes: Code | None
    """A milestone that cannot come before this one."""


class Condition(Named):
    """Something that holds or not, and that somebody must state."""

    ask: Text


class Media(_Strict):
    """What the printed name of a device means."""

    term: Text
    any_of: Annotated[tuple[Carrier, ...], Field(min_length=1)]
    note: Text | None


class Relation(StrEnum):
    """Where the text puts a boundary: 前, 时 or 后 of a milestone.

    It prints no length, so the boundary to be covered is the milestone itself.
    """

    BEFORE = "before"
    AT = "at"
    AFTER = "after"


class Anchor(_Strict):
    """One end of the time in which recording must run."""

    milestone: Code
    relation: Relation


class Point(_Strict):
    """One act that must be seen or heard (内容要点)."""

    code: Code
    label: Text
    """A literal piece of the row's content cell."""


class Reading(_Strict):
    """What we take a row to require."""

    category: Category
    stage: Code
    applies_if: Code | None
    """The row binds only where this condition holds."""
    start: Anchor
    end: Anchor
    media: Text
    """A term of the pack's `media`."""
    officers_min: Annotated[int, Field(ge=1)] | None
    requires: tuple[Code, ...]
    """Conditions that must hold, for what no recording can show."""
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    note: Text | None


class Row(_Strict):
    """One item of the list: as printed, and as read."""

    id: Code
    section: Text | None
    number: Text
    """As printed, or counted where the list prints none."""
    citation: Text
    printed: dict[str, str]
    """Cell by cell under the printed column names. A cell the text lacks is not here."""
    reading: Reading


class Exemption(_Strict):
    """One case in which the list does not ask for recording."""

    id: Code
    text: Text


class Exemptions(_Strict):
    """When the list does not ask for recording, verbatim. Not read by the engine yet."""

    citation: Text
    heading: Text
    items: tuple[Exemption, ...]


class Checklist(_Strict):
    """`checklist.yaml`: every row of a list and the words its readings use."""

    columns: Annotated[tuple[Text, ...], Field(min_length=1)]
    matter_column: Text
    """The column that names the item (记录事项)."""
    content_column: Text
    """The column that the content points are pieces of (记录过程)."""
    precision_s: Annotated[int, Field(ge=1)]
    """How exactly devices state times; a shorter interval without recording is no gap."""
    precision_note: Text
    made_at_tolerance_s: Annotated[int, Field(ge=1)]
    """How far a file's embedded time may lie from both ends the device stated."""
    made_at_note: Text
    late_note: Text
    """Why a clip begun after the window's end does not count."""
    stages: tuple[Named, ...]
    milestones: tuple[Milestone, ...]
    conditions: tuple[Condition, ...]
    media: tuple[Media, ...]
    rows: Annotated[tuple[Row, ...], Field(min_length=1)]
    exemptions: Exemptions | None

    @property
    def all_moments(self) -> frozenset[str]:
        """Every milestone some row rests on."""
        return frozenset(word for row in self.rows for word in self.moments(row.reading))

    def moments(self, reading: Reading) -> tuple[str, ...]:
        """The milestones a row rests on in their order: its ends, and what stands between them."""
        start, end = reading.start.milestone, reading.end.milestone
        next_of = {milestone.id: milestone.precedes for milestone in self.milestones}
        path = [start]
        while path[-1] != end:
            after = next_of[path[-1]]
            if after is None or after in path:
                return start, end
            path.append(after)
        return tuple(path)

    @model_validator(mode="after")
    def _words_are_declared_once(self) -> Self:
        readings = [row.reading for row in self.rows]
        _once("stage", (stage.id for stage in self.stages))
        _once("milestone", (milestone.id for milestone in self.milestones))
        _once("condition", (condition.id for condition in self.conditions))
        _once("media", (media.term for media in self.media))
        _once("row", (row.id for row in self.rows))
        _once("point", (point.code for reading in readings for point in reading.points))
        return self

    @model_validator(mode="after")
    def _only_declared_words_are_used(self) -> Self:
        readings = [row.reading for row in self.rows]
        milestones = {milestone.id for milestone in self.milestones}
        conditions = {condition.id for condition in self.conditions}
        _declared("stage", (r.stage for r in readings), {stage.id for stage in self.stages})
        _declared("media", (r.media for r in readings), {media.term for media in self.media})
        _declared("milestone", (r.start.milestone for r in readings), milestones)
        _declared("milestone", (r.end.milestone for r in readings), milestones)
        _declared("milestone", (m.precedes for m in self.milestones if m.precedes), milestones)
        _declared("condition", (r.applies_if for r in readings if r.applies_if), conditions)
        _declared("condition", (word for r in readings for word in r.requires), conditions)
        return self

    @model_validator(mode="after")
    def _cells_are_the_columns_of_the_list(self) -> Self:
        for row in self.rows:
            if list(row.printed) != [name for name in self.columns if name in row.printed]:
                raise ValueError(f"{row.id}: cells are not the list's columns in their order")
            for column in (self.matter_column, self.content_column):
                if not row.printed.get(column):
                    raise ValueError(f"{row.id}: no text under {column}")
            _in_order(row.id, row.printed[self.content_column], row.reading.points)
        return self


def _once(kind: str, words: Iterable[str]) -> None:
    seen: set[str] = set()
    for word in words:
        if word in seen:
            raise ValueError(f"{kind} {word} is declared twice")
        seen.add(word)


def _declared(kind: str, used: Iterable[str], declared: set[str]) -> None:
    unknown = sorted(set(used) - declared)
    if unknown:
        raise ValueError(f"{kind} {', '.join(unknown)} is not declared")


def _in_order(row: str, cell: str, points: Iterable[Point]) -> None:
    """Refuse a label that is not the cell's own words, or stands in another order than they do."""
    text, at = "".join(cell.split()), 0
    for point in points:
        piece = "".join(point.label.split())
        found = text.find(piece, at)
        if found < 0:
            raise ValueError(f"{row}: {point.code} is no piece of the cell, in its order")
        at = found + len(piece)
