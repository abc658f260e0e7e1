"""The law of keeping, in the form of a pack's retention.yaml."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, StringConstraints, model_validator

from common.events import Code
from contracts.catalog import Category, Trait

Words = Annotated[str, StringConstraints(min_length=1)]


class Strict(BaseModel):
    """An unknown word in a law file is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Article(Strict):
    """A place in the regulation, with its words as printed."""

    id: Code
    citation: Words
    text: Words


class PeriodClass(Strict):
    """A class of keeping (保管期限)."""

    id: Code
    label: Words
    years: PositiveInt | None
    """None: for ever."""

    def outlasts(self, other: "PeriodClass") -> bool:
        if other.years is None:
            return False
        return self.years is None or self.years > other.years


class Rule(Article):
    """One of the cases for which the regulation names a class."""

    class_id: Code
    traits: Annotated[dict[Trait, Words], Field(min_length=1)]
    """Any one is enough; each with the article's own words for it."""
    reading: Words | None = None
    """How words are read that can be read in more than one way."""


class Otherwise(Article):
    """What is kept for how long when no rule applies."""

    class_id: Code


class Floor(Article):
    """The least for recordings that belong to no case file."""

    years: PositiveInt
    reading: Words


class Anchor(Strict):
    """From where periods are counted. No regulation says it, so this is always a reading."""

    start: Literal["exact", "next_jan_1"]
    """The day after the event, or 1 January of the year after it."""
    citation: Words
    reading: Words


class Question(Article):
    """What people must judge before they decide the class."""

    asks: Words
    categories: frozenset[Category] | None
    """None: of every case."""
    unless: frozenset[Trait]
    """Stated already, so there is nothing to ask."""


class RetentionRules(Strict):
    """The whole of a pack's retention.yaml."""

    classes: tuple[PeriodClass, ...]
    decided_by: Article
    """Who decides the class."""
    rules: tuple[Rule, ...]
    otherwise: Otherwise
    in_cases: Article
    """Recordings of a case are kept as its file is."""
    outside_cases: Floor
    anchor: Anchor
    questions: tuple[Question, ...]

    def class_of(self, class_id: str) -> PeriodClass | None:
        return next((kept for kept in self.classes if kept.id == class_id), None)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        ids = [kept.id for kept in self.classes]
        given = {rule.class_id for rule in (*self.rules, self.otherwise)}
        if len(set(ids)) < len(ids) or len({kept.years for kept in self.classes}) < len(ids):
            raise ValueError("two classes have the same id or the same years")
        if given != set(ids):
            raise ValueError("rules and classes name different classes")
        rule_ids = [rule.id for rule in (*self.rules, self.otherwise)]
        if len(set(rule_ids)) < len(rule_ids):
            raise ValueError("two rules have the same id")
        return self
