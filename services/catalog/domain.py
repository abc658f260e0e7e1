"""What the catalogue keeps, and the little it decides by itself. Pure.

Two values are equal when they say the same; who said it and when does not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from contracts.catalog import Category, Trait
from contracts.identity import Role
from contracts.ingest import Carrier, StorageKind

LEGAL_TIME: Final = ZoneInfo("Asia/Shanghai")
NEAREST_MAX: Final = 3
"""Words offered for a misspelt one: enough to find it, too few to be read past."""


class Status(StrEnum):
    """How far a case has come."""

    OPEN = "open"
    ENDED = "ended"
    ARCHIVED = "archived"


class PartyKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Party:
    """Whom the case is about (当事人)."""

    name: str
    kind: PartyKind


@dataclass(frozen=True)
class Ending:
    """The enforcement act is over, and what was stated of it."""

    ended_on: date
    traits: frozenset[Trait]
    ended_by: UUID = field(compare=False)


@dataclass(frozen=True)
class Archiving:
    """The archive took the case file over."""

    archived_on: date
    archived_by: UUID = field(compare=False)


@dataclass(frozen=True)
class Case:
    case_id: UUID
    agency_id: UUID
    unit_id: UUID
    name: str
    cause: str
    category: Category
    party: Party
    provisional_no: str | None
    case_no: str | None
    opened_by: UUID = field(compare=False)
    opened_at: datetime = field(compare=False)
    ending: Ending | None = field(default=None, compare=False)
    archiving: Archiving | None = field(default=None, compare=False)

    @property
    def status(self) -> Status:
        if self.archiving is not None:
            return Status.ARCHIVED
        return Status.OPEN if self.ending is None else Status.ENDED


@dataclass(frozen=True)
class Activity:
    """One carried-out enforcement step of a case."""

    activity_id: UUID
    case_id: UUID
    agency_id: UUID
    stage: str
    place: str
    officers: tuple[UUID, ...]
    acted_on: date | None
    """The act's day in China, as stated; None where only its moments are."""
    recorded_by: UUID = field(compare=False)
    recorded_at: datetime = field(compare=False)


@dataclass(frozen=True)
class MilestoneStatement:
    """Somebody said when a named moment of an activity was."""

    activity_id: UUID
    name: str
    at: datetime
    reason: str | None
    """Why it is said again, where it was said before."""
    stated_by: UUID
    stated_at: datetime = field(compare=False)


@dataclass(frozen=True)
class ConditionStatement:
    """Somebody said whether a condition of the law holds for an activity."""

    activity_id: UUID
    name: str
    holds: bool
    stated_by: UUID
    stated_at: datetime = field(compare=False)


@dataclass(frozen=True)
class Clip:
    """What ingest said of a clip. The times are missing where its bytes are not the announced.

    Of a film that was handed in again there is an entry, which stands for nothing but its original.
    """

    clip_id: UUID
    agency_id: UUID
    unit_id: UUID | None = None
    carrier: Carrier | None = None
    recorded_start: datetime | None = None
    recorded_end: datetime | None = None
    filmed_by: UUID | None = None
    uploaded_by: UUID | None = None
    is_quarantined: bool = False
    decodable: bool | None = None
    """None until ingest has looked into it."""
    duration_ms: int | None = None
    original_id: UUID | None = None
    """Of an entry: the clip under which its film is kept."""
    storage_device_id: UUID | None = None
    """The device on which the recording lies outside this system; None: it does not."""

    @property
    def length_ms(self) -> int:
        """As measured, or as the device said where nothing could be measured."""
        if self.duration_ms:
            return self.duration_ms
        if self.recorded_start is None or self.recorded_end is None:
            return 0
        return (self.recorded_end - self.recorded_start) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Account:
    """What identity said of an account, as far as cases depend on it."""

    account_id: UUID
    agency_id: UUID
    unit_id: UUID | None
    roles: frozenset[Role]
    closed_at: datetime | None = None

    def is_officer_at(self, activity: Activity) -> bool:
        """Whether an activity may name this account: an officer's, not closed before the act.

        A day is a legal one, and the day on which an account is closed is still its own. An act
        whose day nobody states counts as done when it is recorded.
        """
        if Role.OFFICER not in self.roles:
            return False
        if self.closed_at is None:
            return True
        if activity.acted_on is None:
            return activity.recorded_at < self.closed_at
        return not is_future(activity.acted_on, self.closed_at)


@dataclass(frozen=True)
class Link:
    """A clip serves an activity. Never changed, only ended."""

    link_id: UUID
    clip_id: UUID
    activity_id: UUID
    case_id: UUID
    linked_by: UUID = field(compare=False)
    linked_at: datetime = field(compare=False)
    ended_by: UUID | None = field(default=None, compare=False)
    ended_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Mark:
    """A content point is seen or heard in a clip, so long after its beginning."""

    mark_id: UUID
    clip_id: UUID
    activity_id: UUID
    point: str
    offset_ms: int
    added_by: UUID = field(compare=False)
    added_at: datetime = field(compare=False)


class Kind(StrEnum):
    """What a word of a pack may name."""

    STAGE = "stage"
    MILESTONE = "milestone"
    CONDITION = "condition"
    POINT = "point"


class _Part(BaseModel):
    """As much of a list as its words need; checklist reads, and checks, all of it."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Term(_Part):
    """A word of a list and how people say it."""

    word: str = Field(validation_alias=AliasChoices("id", "code"))
    label: str


class _Reading(_Part):
    category: str
    points: tuple[Term, ...]


class _Row(_Part):
    reading: _Reading


class Wording(_Part):
    """The words of a pack's list of what must be recorded."""

    stages: tuple[Term, ...]
    milestones: tuple[Term, ...]
    conditions: tuple[Term, ...]
    rows: tuple[_Row, ...]

    def rules(self, category: Category) -> bool:
        """Whether any row is about this category; a list has no say in the others."""
        return any(row.reading.category == category for row in self.rows)

    def terms(self, kind: Kind) -> Sequence[Term]:
        match kind:
            case Kind.STAGE:
                return self.stages
            case Kind.MILESTONE:
                return self.milestones
            case Kind.CONDITION:
                return self.conditions
            case Kind.POINT:
                return [term for row in self.rows for term in row.reading.points]


@dataclass(frozen=True)
class ActivityFile:
    """An activity and all that was ever stated of it, oldest first."""

    activity: Activity
    milestones: Sequence[MilestoneStatement]
    conditions: Sequence[ConditionStatement]


@dataclass(frozen=True)
class Elsewhere:
    """Where a recording lies outside this system, and who keeps it there."""

    clip_id: UUID
    storage_device_id: UUID
    kind: StorageKind | None
    """None, here and below, until ingest's word of the device has come."""
    keeper_id: UUID | None


@dataclass(frozen=True)
class CaseFile:
    """A case with everything in it."""

    case: Case
    activities: Sequence[ActivityFile]
    links: Sequence[Link]
    marks: Sequence[Mark]
    elsewhere: Sequence[Elsewhere]
    """Of the clips that serve it now, those that lie outside this system."""


@dataclass(frozen=True)
class ClipFile:
    """A clip with everything it serves, ended links included."""

    clip: Clip
    links: Sequence[Link]
    marks: Sequence[Mark]
    elsewhere: Elsewhere | None
    resubmitted_as: Sequence[UUID]
    """The entries of which it is the original."""


class Named(Protocol):
    """A statement about something with a name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def histories(statements: Sequence[N]) -> dict[str, list[N]]:
    """Statements by what they are about, in the order they were made: the last one counts."""
    found: dict[str, list[N]] = {}
    for statement in statements:
        found.setdefault(statement.name, []).append(statement)
    return found


def last_of(statements: Sequence[N], name: str) -> N | None:
    """The statement that counts, or None where nobody said anything: then nobody knows."""
    return next((said for said in reversed(statements) if said.name == name), None)


def last_day(activities: Sequence[ActivityFile], clips: Sequence[Clip]) -> date | None:
    """The last legal day of a case's acts and moments, as last stated, and of its clips."""
    stated = [
        history[-1].at for done in activities for history in histories(done.milestones).values()
    ]
    filmed = [clip.recorded_end for clip in clips if clip.recorded_end]
    acted = [done.activity.acted_on for done in activities if done.activity.acted_on]
    days = [moment.astimezone(LEGAL_TIME).date() for moment in (*stated, *filmed)]
    return max((*acted, *days), default=None)


def nearest(word: str, terms: Sequence[Term]) -> Sequence[Term]:
    """The few terms most like a word that is none of them, the likest first."""
    unlike = [(-SequenceMatcher(None, word, term.word).ratio(), term.word, term) for term in terms]
    return [term for _, _, term in sorted(unlike, key=lambda one: one[:2])[:NEAREST_MAX]]


def is_future(day: date, now: datetime) -> bool:
    """Whether a legal date has not begun yet in China."""
    return day > now.astimezone(LEGAL_TIME).date()
