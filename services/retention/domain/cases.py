"""What retention knows of a case and of a clip: its own copies, and what was decided here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias
from uuid import UUID

from contracts.catalog import Category, Trait
from retention.domain.disposals import Hold
from retention.domain.periods import Schedule, Step
from retention.domain.proposals import Match, Proposal, match_for, propose
from retention.domain.rules import RetentionRules

State: TypeAlias = Literal["open", "ask", "proposed", "confirmed"]


@dataclass(frozen=True)
class Proposed:
    """What the engine proposed last, and by which version of which pack."""

    class_id: str
    rule_id: str
    pack: str
    pack_sha256: str


@dataclass(frozen=True)
class Ended:
    """What was stated when the enforcement act was over."""

    category: Category
    on: date
    traits: frozenset[Trait]


@dataclass(frozen=True)
class CaseFile:
    """A case as far as keeping depends on it. Events about it may come in any order."""

    case_id: UUID
    agency_id: UUID
    unit_id: UUID | None = None
    """The handling unit."""
    ended: Ended | None = None
    archived_on: date | None = None
    proposed: Proposed | None = None


@dataclass(frozen=True)
class Confirmation:
    """The handling unit's head decided the class."""

    case_id: UUID
    class_id: str
    rule_id: str
    confirmed_by: UUID
    confirmed_at: datetime


@dataclass(frozen=True)
class Law:
    """What rules a finished case, read from the very pack it was judged by."""

    rules: RetentionRules
    ended: Ended
    pack_sha256: str
    confirmed: tuple[Confirmation, Match] | None
    """The longest class confirmed so far."""

    @property
    def proposal(self) -> Proposal:
        return propose(self.rules, self.ended.category, self.ended.traits)

    @property
    def least(self) -> Match:
        """What may not be gone below: the confirmed class, before that the proposed one."""
        return self.confirmed[1] if self.confirmed else self.proposal.chosen


@dataclass(frozen=True)
class Clip:
    """A clip of which ingest or the catalogue has told."""

    clip_id: UUID
    agency_id: UUID
    recorded_on: date | None = None
    """The legal day on which its recording ended, once ingest has told."""


@dataclass(frozen=True)
class Link:
    """A clip serves a case, or did: that it no longer does changes nothing about keeping it."""

    link_id: UUID
    clip_id: UUID
    case_id: UUID


@dataclass(frozen=True)
class CaseView:
    """A case with all that was decided about keeping it."""

    case: CaseFile
    state: State
    proposal: Proposal | None
    confirmed: tuple[Confirmation, Match] | None
    clips: Mapping[UUID, Schedule | None]
    holds: Sequence[Hold]


@dataclass(frozen=True)
class ClipView:
    """A clip's schedule and the reasons for it."""

    clip_id: UUID
    schedule: Schedule | None
    undecided: bool
    held: bool
    steps: tuple[Step, ...]


def state_of(case: CaseFile, confirmation: Confirmation | None) -> State:
    """`ask`: the act is over and no pack in force says for how long; the agency must supply one."""
    if confirmation:
        return "confirmed"
    if case.proposed:
        return "proposed"
    return "ask" if case.ended else "open"


def ruling(
    rules: RetentionRules, ended: Ended, confirmations: Iterable[Confirmation]
) -> tuple[Confirmation, Match] | None:
    """Find the longest class that was confirmed, with its rule."""
    found: tuple[Confirmation, Match] | None = None
    for confirmation in confirmations:
        kept = rules.class_of(confirmation.class_id)
        if kept and (found is None or kept.outlasts(found[1].kept)):
            found = confirmation, match_for(rules, kept, ended.traits)
    return found
