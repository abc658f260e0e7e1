"""What the catalogue answers."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel

from catalog import domain
from catalog.domain import (
    ActivityFile,
    Case,
    CaseFile,
    Clip,
    ClipFile,
    ConditionStatement,
    Elsewhere,
    Link,
    Mark,
    MilestoneStatement,
    PartyKind,
    Status,
)
from contracts.catalog import Category, Trait
from contracts.ingest import Carrier, StorageKind


class GlimpseOut(BaseModel):
    """All that somebody outside learns of the case their account is bound to."""

    case_id: UUID
    case_no: str | None
    status: Status

    @classmethod
    def of(cls, case: Case) -> Self:
        return cls(case_id=case.case_id, case_no=case.case_no, status=case.status)


class PartyOut(BaseModel):
    """Whom a case is about."""

    name: str
    kind: PartyKind


class CaseOut(BaseModel):
    """A case without what is in it."""

    case_id: UUID
    unit_id: UUID
    name: str
    cause: str
    category: Category
    party: PartyOut
    provisional_no: str | None
    case_no: str | None
    status: Status
    opened_by: UUID
    opened_at: datetime
    ended_on: date | None
    traits: list[Trait]
    archived_on: date | None

    @classmethod
    def of(cls, case: Case) -> "CaseOut":
        return CaseOut(
            case_id=case.case_id,
            unit_id=case.unit_id,
            name=case.name,
            cause=case.cause,
            category=case.category,
            party=PartyOut(name=case.party.name, kind=case.party.kind),
            provisional_no=case.provisional_no,
            case_no=case.case_no,
            status=case.status,
            opened_by=case.opened_by,
            opened_at=case.opened_at,
            ended_on=case.ending and case.ending.ended_on,
            traits=sorted(case.ending.traits) if case.ending else [],
            archived_on=case.archiving and case.archiving.archived_on,
        )


class CasesOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[CaseOut]
    next: UUID | None


class MilestoneStatementOut(BaseModel):
    """When somebody said a moment was."""

    at: datetime
    reason: str | None
    stated_by: UUID
    stated_at: datetime

    @classmethod
    def of(cls, said: MilestoneStatement) -> Self:
        return cls.model_validate(said, from_attributes=True)


class MilestoneOut(BaseModel):
    """A named moment as last stated, and everything ever stated of it, oldest first."""

    milestone: str
    at: datetime
    statements: list[MilestoneStatementOut]

    @classmethod
    def all_of(cls, said: Sequence[MilestoneStatement]) -> list[Self]:
        return [
            cls(
                milestone=name,
                at=history[-1].at,
                statements=[MilestoneStatementOut.of(one) for one in history],
            )
            for name, history in domain.histories(said).items()
        ]


class ConditionStatementOut(BaseModel):
    """Whether somebody said a condition holds."""

    holds: bool
    stated_by: UUID
    stated_at: datetime

    @classmethod
    def of(cls, said: ConditionStatement) -> Self:
        return cls.model_validate(said, from_attributes=True)


class ConditionOut(BaseModel):
    """A condition as last stated, and everything ever stated of it. Unknown ones are not listed."""

    condition: str
    holds: bool
    statements: list[ConditionStatementOut]

    @classmethod
    def all_of(cls, said: Sequence[ConditionStatement]) -> list[Self]:
        return [
            cls(
                condition=name,
                holds=history[-1].holds,
                statements=[ConditionStatementOut.of(one) for one in history],
            )
            for name, history in domain.histories(said).items()
        ]


class ActivityOut(BaseModel):
    """An activity without what was stated of it."""

    activity_id: UUID
    case_id: UUID
    stage: str
    place: str
    officers: list[UUID]
    acted_on: date | None
    recorded_by: UUID
    recorded_at: datetime


class ActivityFileOut(ActivityOut):
    """An activity with what was stated of it."""

    milestones: list[MilestoneOut]
    conditions: list[ConditionOut]

    @classmethod
    def of(cls, file: ActivityFile) -> Self:
        stated = {
            "milestones": MilestoneOut.all_of(file.milestones),
            "conditions": ConditionOut.all_of(file.conditions),
        }
        return cls.model_validate(vars(file.activity) | stated)


class LinkOut(BaseModel):
    """A clip serves an activity, or did until it was ended."""

    link_id: UUID
    clip_id: UUID
    activity_id: UUID
    case_id: UUID
    linked_by: UUID
    linked_at: datetime
    ended_by: UUID | None
    ended_at: datetime | None

    @classmethod
    def of(cls, link: Link) -> Self:
        return cls.model_validate(link, from_attributes=True)


class MarkOut(BaseModel):
    """A content point in a clip."""

    mark_id: UUID
    clip_id: UUID
    activity_id: UUID
    point: str
    offset_ms: int
    added_by: UUID
    added_at: datetime

    @classmethod
    def of(cls, mark: Mark) -> Self:
        return cls.model_validate(mark, from_attributes=True)


class ElsewhereOut(BaseModel):
    """Where a recording lies outside this system, and who keeps it there (an account's id)."""

    clip_id: UUID
    storage_device_id: UUID
    kind: StorageKind | None
    keeper_id: UUID | None

    @classmethod
    def of(cls, place: Elsewhere) -> Self:
        return cls.model_validate(place, from_attributes=True)


class CaseFileOut(CaseOut):
    """A case with everything in it."""

    activities: list[ActivityFileOut]
    links: list[LinkOut]
    marks: list[MarkOut]
    elsewhere: list[ElsewhereOut]
    """Of the clips that serve it now, those that lie outside this system."""

    @classmethod
    def of_file(cls, file: CaseFile) -> Self:
        return cls(
            **dict(CaseOut.of(file.case)),
            activities=[ActivityFileOut.of(activity) for activity in file.activities],
            links=[LinkOut.of(link) for link in file.links],
            marks=[MarkOut.of(mark) for mark in file.marks],
            elsewhere=[ElsewhereOut.of(place) for place in file.elsewhere],
        )


class ClipOut(BaseModel):
    """What the catalogue knows of a clip. Times are missing for one in quarantine.

    Of an entry (`resubmitted`) the film is kept under `original_id`, which is the one to use.
    """

    clip_id: UUID
    unit_id: UUID | None
    state: str
    original_id: UUID | None
    resubmitted_as: list[UUID]
    elsewhere: ElsewhereOut | None
    carrier: Carrier | None
    recorded_start: datetime | None
    recorded_end: datetime | None
    filmed_by: UUID | None
    decodable: bool | None
    duration_ms: int | None
    links: list[LinkOut]
    marks: list[MarkOut]

    @classmethod
    def of(cls, file: ClipFile) -> Self:
        return cls.model_validate(
            vars(file.clip)
            | {
                "state": _state(file.clip),
                "resubmitted_as": list(file.resubmitted_as),
                "elsewhere": file.elsewhere and ElsewhereOut.of(file.elsewhere),
                "links": [LinkOut.of(link) for link in file.links],
                "marks": [MarkOut.of(mark) for mark in file.marks],
            }
        )


class UnlinkedClipOut(BaseModel):
    """A clip that serves nothing yet."""

    clip_id: UUID
    unit_id: UUID | None
    carrier: Carrier | None
    recorded_start: datetime | None
    recorded_end: datetime | None
    filmed_by: UUID | None
    uploaded_by: UUID | None
    decodable: bool | None
    duration_ms: int | None

    @classmethod
    def of(cls, clip: Clip) -> Self:
        return cls.model_validate(clip, from_attributes=True)


class UnlinkedClipsOut(BaseModel):
    """One page; `next` asks for the following one."""

    items: list[UnlinkedClipOut]
    next: UUID | None


def _state(clip: Clip) -> str:
    if clip.original_id is not None:
        return "resubmitted"
    if clip.storage_device_id is not None:
        return "offsite"
    return "quarantined" if clip.is_quarantined else "stored"
