"""A request for a clip, the facts it is judged by, and the approvals it needs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal, Protocol
from uuid import UUID, uuid5

from access.domain.rules import Ask, Decision, Fact, Outcome, Step
from contracts.access import Manner, Purpose
from contracts.catalog import Category
from contracts.identity import Role

REQUESTS_A_DAY_MAX: Final = 100
"""Of one person for one clip, in 24 hours. Each is an entry of the clip's chain, and the proofs of
all entries go into its exports: nobody alone may make that too many. ADR-0017."""
VIEWS_A_DAY_MAX: Final = 20
"""Of one person and one clip, opened in 24 hours: ten hours of looking at it."""
DAY: Final = timedelta(hours=24)
STAFF: Final = frozenset(
    {Role.OFFICER, Role.CUSTODIAN, Role.UNIT_HEAD, Role.LEGAL_REVIEWER, Role.LEADER}
)
"""The agency's own people. An outsider's account stands under the agency too; its role tells."""
OUTSIDERS: Final = frozenset({Role.PARTY, Role.LAWYER})


class Person(Protocol):
    """Who asks, as common.auth tells it; a protocol, since that module knows the web."""

    @property
    def subject(self) -> UUID: ...
    @property
    def agency_id(self) -> UUID: ...
    @property
    def unit_id(self) -> UUID | None: ...
    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def bound_to(self) -> frozenset[UUID]: ...


@dataclass(frozen=True)
class Request:
    """What somebody asks for."""

    request_id: UUID
    clip_id: UUID
    requester_id: UUID
    manner: Manner
    purpose: Purpose


@dataclass(frozen=True)
class Entry:
    """A film that was handed in again; it is shown as its original, or not at all."""

    clip_id: UUID
    agency_id: UUID
    original_id: UUID


@dataclass(frozen=True)
class Case:
    """What access must know of a case that a clip belongs to."""

    case_id: UUID
    unit_id: UUID
    """The handling unit (承办处室)."""
    category: Category | None
    """None: the case's own news has not come yet."""
    archived: bool
    handlers: frozenset[UUID]


@dataclass(frozen=True)
class Filed:
    """A request on record, with what was decided and what it is now."""

    request: Request
    agency_id: UUID | None
    """The clip's agency; None: no such clip was known."""
    case_id: UUID | None
    unit_id: UUID | None
    decision: Decision
    pack_sha256: str | None
    outcome: Outcome
    decided_at: datetime
    granted_at: datetime | None = None


@dataclass(frozen=True)
class Given:
    """An approval that counts."""

    step: str
    by: UUID
    approves: bool
    at: datetime


@dataclass(frozen=True)
class Attempt:
    """Somebody of the agency tries to decide a step."""

    step: str
    by: UUID
    roles: frozenset[str]
    unit_id: UUID | None
    approves: bool


class Hindrance(StrEnum):
    """Why an attempt does not count."""

    SAME_PERSON = "same-person"
    OWN_REQUEST = "own-request"
    NOT_APPROVER = "not-approver"
    ALREADY_DECIDED = "already-decided"
    OUT_OF_ORDER = "out-of-order"


@dataclass(frozen=True)
class Judgement:
    """What becomes of an attempt, and of the request by it."""

    outcome: Literal["approved", "declined", "refused"]
    request_outcome: Outcome
    hindrance: Hindrance | None = None
    repeated: bool = False
    """The same answer of the same person is on record already."""


def id_of(requester_id: UUID, key: UUID) -> UUID:
    """The id of what a person asks for under a key of their own choice; the same again each time.

    Were the chosen key itself the id, its being taken would tell whoever tries it that somebody
    has such a record. A key is therefore the person's own: narrower than their agency's, because
    lawyers and parties have accounts there too. A column (person, key) would do the same, but the
    id also names the thing in events, in the log's bundles and on disk, where no agency stands by.
    """
    return uuid5(requester_id, key.hex)


def is_staff(who: Person, agency_id: UUID | None) -> bool:
    return who.agency_id == agency_id and not who.roles.isdisjoint(STAFF)


def case_asked_about(who: Person, cases: Iterable[Case]) -> Case | None:
    """Of the cases a clip belongs to, the one nearest to the requester: bound, handled, own unit.

    Among equals the smallest id, so that the answer does not depend on the order of news.
    """

    def nearness(case: Case) -> tuple[bool, bool, bool, UUID]:
        return (
            case.case_id not in who.bound_to,
            who.subject not in case.handlers,
            case.unit_id != who.unit_id,
            case.case_id,
        )

    return min(cases, key=nearness, default=None)


def ask(
    who: Person, request: Request, agency_id: UUID, case: Case | None, *, quarantined: bool
) -> Ask:
    """State the facts of a request for a clip of `agency_id`, as far as the law asks for them."""
    # Only the clip's own agency says who is a party to its cases: another may write anything.
    bound = case is not None and case.case_id in who.bound_to and who.agency_id == agency_id
    holds: dict[Fact, bool] = {
        "own_agency": is_staff(who, agency_id),
        "party_to_case": bound and not who.roles.isdisjoint(OUTSIDERS),
        "handler": case is not None and who.subject in case.handlers,
        "in_case": case is not None,
    }
    return Ask(
        roles=who.roles,
        manner=request.manner,
        purpose=request.purpose,
        state="archived" if case and case.archived else "not_archived",
        category=case and case.category,
        facts=frozenset(fact for fact, held in holds.items() if held),
        quarantined=quarantined,
    )


def judge(filed: Filed, given: Sequence[Given], attempt: Attempt) -> Judgement | None:
    """Judge an attempt to decide a step: each step another person, in order, never the requester.

    None: the request has no such step.
    """
    steps = filed.decision.steps
    step = next((step for step in steps if step.step == attempt.step), None)
    if step is None:
        return None
    if any(_says_again(one, attempt) for one in given):
        return Judgement(_word(attempt), filed.outcome, repeated=True)
    hindrance = _hindrance(filed, given, step, attempt)
    if hindrance:
        return Judgement("refused", filed.outcome, hindrance)
    if not attempt.approves:
        return Judgement("declined", "refused")
    return Judgement("approved", "granted" if step == steps[-1] else "pending")


def waits_for(filed: Filed, given: Sequence[Given], who: Person) -> bool:
    """Whether the next decision on a request could be this person's."""
    for_next = next_step(filed, given)
    attempt = for_next and Attempt(for_next.step, who.subject, who.roles, who.unit_id, True)  # noqa: FBT003 - a field
    judgement = attempt and judge(filed, given, attempt)
    return judgement is not None and judgement.outcome == "approved"


def next_step(filed: Filed, given: Sequence[Given]) -> Step | None:
    """The step that is to be decided now, if any."""
    decided = {one.step for one in given}
    left = [step for step in filed.decision.steps if step.step not in decided]
    return left[0] if left and filed.outcome == "pending" else None


def _hindrance(
    filed: Filed, given: Sequence[Given], step: Step, attempt: Attempt
) -> Hindrance | None:
    # Who decided a step before is told so first, whatever roles they have.
    if any(one.by == attempt.by for one in given):
        return Hindrance.SAME_PERSON
    if filed.request.requester_id == attempt.by:
        return Hindrance.OWN_REQUEST
    of_unit = step.of == "agency" or (
        attempt.unit_id is not None and attempt.unit_id == filed.unit_id
    )
    if step.role not in attempt.roles or not of_unit:
        return Hindrance.NOT_APPROVER
    expected = next_step(filed, given)
    if expected is None or any(one.step == step.step for one in given):
        return Hindrance.ALREADY_DECIDED
    return None if expected == step else Hindrance.OUT_OF_ORDER


def _says_again(given: Given, attempt: Attempt) -> bool:
    said = (attempt.step, attempt.by, attempt.approves)
    return (given.step, given.by, given.approves) == said


def _word(attempt: Attempt) -> Literal["approved", "declined"]:
    return "approved" if attempt.approves else "declined"
