"""Who may have a clip: a jurisdiction's decision table, and the answer it gives. Pure."""

from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from common.events import Code
from contracts.access import Manner, Purpose
from contracts.catalog import Category
from contracts.identity import Role

Fact: TypeAlias = Literal["own_agency", "party_to_case", "handler", "in_case"]
State: TypeAlias = Literal["archived", "not_archived"]
Outcome: TypeAlias = Literal["granted", "refused", "pending"]
Words = Annotated[str, StringConstraints(min_length=1)]

NO_RULE: Final = "no-rule"
QUARANTINED: Final = "quarantined"
ANY: Final = "any"


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Quoted(_Written):
    """A place in a regulation, and its words as printed."""

    citation: Words
    text: Words


class Article(Quoted):
    """A quoted place that decisions are made by."""

    id: Code
    reading: Words
    """How the table reads the article."""


class Step(_Written):
    """One approval, by one person."""

    step: Code
    role: Role
    of: Literal["agency", "handling_unit"]
    label: Words
    citation: Words


class Rule(Article):
    """A cell of the table: whom it is about, and what it says."""

    manners: frozenset[Manner] = Field(min_length=1)
    roles: frozenset[Role] = Field(min_length=1)
    purposes: frozenset[Purpose] = Field(min_length=1)
    states: frozenset[State | Literal["any"]] = Field(min_length=1)
    categories: frozenset[Category | Literal["any"]] = Field(min_length=1)
    requires: frozenset[Fact]
    outcome: Literal["granted", "refused", "approval"]
    steps: tuple[Step, ...] = ()
    """To be given in this order, each by another person."""

    @model_validator(mode="after")
    def _steps_belong_to_approval(self) -> Self:
        names = {step.step for step in self.steps}
        if (self.outcome == "approval") != bool(names) or len(names) != len(self.steps):
            raise ValueError("an approval has steps of different names, nothing else has any")
        return self

    def fits(self, ask: "Ask") -> bool:
        return (
            ask.manner in self.manners
            and not self.roles.isdisjoint(ask.roles)
            and ask.purpose in self.purposes
            and not self.states.isdisjoint({ask.state, ANY})
            and not self.categories.isdisjoint({ask.category, ANY})
            and self.requires <= ask.facts
        )


class AccessRules(_Written):
    """The whole of a pack's access.yaml. `otherwise` can only refuse: it has no outcome."""

    rules: tuple[Rule, ...]
    otherwise: Article
    note: tuple[Quoted, ...] = Field(min_length=1)
    """What demands the note that goes with a copy (文字说明)."""


@dataclass(frozen=True)
class Ask:
    """The part of a request that the law looks at."""

    roles: frozenset[str]
    manner: Manner
    purpose: Purpose
    state: State
    category: Category | None
    """Of the clip's case; None while it is in none that is known."""
    facts: frozenset[Fact]
    quarantined: bool = False

    @property
    def may_know(self) -> bool:
        """Whether the requester may learn that the clip exists, even when refused it."""
        return not self.facts.isdisjoint({"own_agency", "party_to_case"})


@dataclass(frozen=True)
class Decision:
    """The answer and the article that gave it."""

    outcome: Outcome
    rule_id: str
    citation: str
    text: str
    may_know: bool
    steps: tuple[Step, ...] = ()


def decide(rules: AccessRules | None, ask: Ask) -> Decision:
    """Answer by the first rule that fits; refuse when none does.

    Whoever may not even know of the clip gets nothing by any rule. `rules` is None where the
    agency has no table in force: then the system asks for one and never falls back on another's.
    """
    if ask.quarantined:
        return _by_system(
            ask, QUARANTINED, "该文件的内容与申报的摘要不符，已隔离，不能查阅或复制。"
        )
    if rules is None:
        return _by_system(ask, NO_RULE, "本机关尚未启用查阅规则，须由本机关先行明确审批人和程序。")
    for rule in rules.rules:
        if ask.may_know and rule.fits(ask):
            outcome = "pending" if rule.outcome == "approval" else rule.outcome
            return Decision(outcome, rule.id, rule.citation, rule.text, ask.may_know, rule.steps)
    last = rules.otherwise
    return Decision("refused", last.id, last.citation, last.text, ask.may_know)


def purposes_that_would_do(rules: AccessRules | None, ask: Ask) -> tuple[Purpose, ...]:
    """For which purposes the same request would not be refused; none to who may not know of it."""
    if ask.quarantined or not ask.may_know:
        return ()
    others = (purpose for purpose in Purpose if purpose is not ask.purpose)
    return tuple(
        purpose
        for purpose in others
        if decide(rules, replace(ask, purpose=purpose)).outcome != "refused"
    )


def _by_system(ask: Ask, rule_id: str, text: str) -> Decision:
    return Decision("refused", rule_id, "", text, ask.may_know)
