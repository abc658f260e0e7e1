"""Which class a finished case gets, and why. Pure: the engine proposes, people decide."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from contracts.catalog import Category, Trait
from retention.domain.rules import PeriodClass, RetentionRules, Rule


@dataclass(frozen=True)
class Match:
    """A rule that applies, and the class it gives."""

    kept: PeriodClass
    rule_id: str
    citation: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """The longest class that any rule gives, the other ones, and what is left to people."""

    chosen: Match
    others: tuple[Match, ...]
    questions: tuple[str, ...]


def propose(rules: RetentionRules, category: Category, traits: AbstractSet[Trait]) -> Proposal:
    """Apply every rule; where several match, the longest class wins."""
    matches = [_match(rules, rule, traits) for rule in rules.rules if rule.traits.keys() & traits]
    matches.sort(key=lambda match: _strength(match.kept), reverse=True)
    first, *others = matches or [_otherwise(rules)]
    return Proposal(first, tuple(others), _questions(rules, category, traits))


def match_for(rules: RetentionRules, kept: PeriodClass, traits: AbstractSet[Trait]) -> Match:
    """Name the rule behind a class that people chose, whether or not its traits were stated."""
    rule = next((rule for rule in rules.rules if rule.class_id == kept.id), None)
    return _match(rules, rule, traits) if rule else _otherwise(rules)


def _match(rules: RetentionRules, rule: Rule, traits: AbstractSet[Trait]) -> Match:
    stated = [words for trait, words in rule.traits.items() if trait in traits]
    said = f"本案情形：{'、'.join(stated)}。" if stated else "由承办机构认定属于此项情形。"
    reading = (f"理解：{rule.reading}",) if rule.reading else ()
    kept = _class(rules, rule.class_id)
    return Match(kept, rule.id, rule.citation, (said, f"规定：“{rule.text}”", *reading))


def _otherwise(rules: RetentionRules) -> Match:
    rule = rules.otherwise
    reasons = ("没有声明前列各项情形。", f"规定：“{rule.text}”")
    return Match(_class(rules, rule.class_id), rule.id, rule.citation, reasons)


def _class(rules: RetentionRules, class_id: str) -> PeriodClass:
    return next(kept for kept in rules.classes if kept.id == class_id)


def _strength(kept: PeriodClass) -> tuple[bool, int]:
    return kept.years is None, kept.years or 0


def _questions(
    rules: RetentionRules, category: Category, traits: AbstractSet[Trait]
) -> tuple[str, ...]:
    return tuple(
        f"{question.asks}（{question.citation}：“{question.text}”）"
        for question in rules.questions
        if (question.categories is None or category in question.categories)
        and question.unless.isdisjoint(traits)
    )
