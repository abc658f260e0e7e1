"""What an event adds to the figures. Pure: the same events give the same figures, for ever."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal, TypeAlias, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from common.events import Event, Refused
from contracts import access, audit, catalog, checklist, identity, ingest, oversight, retention
from contracts.identity import Level

LEGAL_ZONE: Final = ZoneInfo("Asia/Shanghai")
COUNT_MAX: Final = 2**40
"""More than any clip has bytes; an event that says more would overflow a sum and is left out."""

Kind: TypeAlias = Literal[
    "clips_stored",
    "bytes_stored",
    "clips_quarantined",
    "uploads_refused",
    "cases_opened",
    "cases_ended",
    "clips_scheduled",
    "disposals_refused",
    "requests_granted",
    "requests_refused",
    "refusals",
    "views_shown",
    "exports_built",
    "cards_reported",
    "file_numbers_missing",
]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

KNOWN: Final[Mapping[str, type[Event]]] = {
    event.type: event
    for event in (
        identity.AgencyRegistered,
        identity.RequestRefused,
        ingest.ClipStored,
        ingest.ClipQuarantined,
        ingest.UploadRefused,
        ingest.RequestRefused,
        catalog.CaseOpened,
        catalog.CaseEnded,
        catalog.RequestRefused,
        checklist.ActivityEvaluated,
        checklist.RequestRefused,
        retention.ClipScheduled,
        retention.DisposalRefused,
        retention.RequestRefused,
        access.RequestDecided,
        access.ApprovalDecided,
        access.ClipShown,
        access.ExportBuilt,
        access.RequestRefused,
        audit.RequestRefused,
        oversight.RequestRefused,
        ingest.CardReported,
    )
}
"""Every type that is counted or that draws the tree; all others pass by."""

PLAIN: Final[Mapping[type[Event], Kind]] = {
    ingest.UploadRefused: "uploads_refused",
    retention.DisposalRefused: "disposals_refused",
    access.ExportBuilt: "exports_built",
}
"""Types of which each event adds one."""


@dataclass(frozen=True)
class Told:
    """An event that was understood, and the legal day on which it was said."""

    event: Event
    day: date


@dataclass(frozen=True)
class Addition:
    """What an event adds to one figure of its agency and day."""

    kind: Kind
    count: int = 1
    once_per: UUID | None = None
    """Counted the first time only that this kind names this thing."""


@dataclass(frozen=True)
class Agency:
    """An agency's place in the tree."""

    agency_id: UUID
    parent_id: UUID | None
    level: Level | None


@dataclass(frozen=True)
class Scope:
    """Whose figures somebody may see."""

    root: UUID
    with_subtree: bool


@dataclass(frozen=True)
class Evaluation:
    """The latest verdicts on one activity, in numbers."""

    activity_id: UUID
    agency_id: UUID
    day: date
    satisfied: bool
    not_satisfied: int
    needs_judgement: int


@dataclass(frozen=True)
class Figures:
    """What is shown of an agency, in all or of one day."""

    counts: Mapping[Kind, int]
    activities_evaluated: int = 0
    activities_satisfied: int = 0
    items_not_satisfied: int = 0
    items_needing_judgement: int = 0


def understand(type_: str, time: str, value: bytes) -> Told | None:
    """Read a record; None for what is not counted and for what cannot be read.

    The day is that of the event's own time, not of the moment of reading: a replay years later
    must find the same figures.
    """
    model = KNOWN.get(type_)
    if model is None:
        return None
    try:
        instant = datetime.fromisoformat(time)
        if instant.tzinfo is None:
            return None
        return Told(model.model_validate_json(value), instant.astimezone(LEGAL_ZONE).date())
    except (ValueError, OverflowError):
        return None


def additions(event: Event) -> Iterator[Addition]:
    """What the event adds; pydantic has checked it, so nothing here can fail.

    A clip that is released from quarantine is told of as stored once more, and counts once.
    """
    match event:
        case ingest.ClipStored() if event.size_bytes <= COUNT_MAX:
            yield Addition("clips_stored", once_per=event.clip_id)
            yield Addition("bytes_stored", event.size_bytes, once_per=event.clip_id)
        case ingest.ClipQuarantined():
            yield Addition("clips_quarantined", once_per=event.clip_id)
        case catalog.CaseOpened():
            yield Addition("cases_opened", once_per=event.case_id)
        case catalog.CaseEnded():
            yield Addition("cases_ended", once_per=event.case_id)
        case retention.ClipScheduled():
            yield Addition("clips_scheduled", once_per=event.clip_id)
        case access.ClipShown():
            yield Addition("views_shown", once_per=event.view_no)
        case ingest.CardReported() if event.missing <= COUNT_MAX:
            yield Addition("cards_reported")
            yield Addition("file_numbers_missing", event.missing)
        case Refused():
            yield Addition("refusals")
        case _:
            kind = PLAIN.get(type(event)) or _decided(event)
            if kind:
                yield Addition(kind)


def _decided(event: Event) -> Kind | None:
    """A request is granted or refused once: at once, or by its last approval."""
    match event:
        case (
            access.RequestDecided(outcome="granted")
            | access.ApprovalDecided(outcome="approved", request_outcome="granted")
        ):
            return "requests_granted"
        case (
            access.RequestDecided(outcome="refused")
            | access.ApprovalDecided(outcome="declined", request_outcome="refused")
        ):
            return "requests_refused"
        case access.ApprovalDecided(outcome="refused"):
            return "refusals"
        case _:
            return None


def evaluation(told: Told) -> Evaluation | None:
    """The verdicts an event reports; an activity without an applicable item satisfies nothing."""
    event = told.event
    if not isinstance(event, checklist.ActivityEvaluated):
        return None
    counts = (event.satisfied, event.not_satisfied, event.needs_judgement)
    if max(counts) > COUNT_MAX:
        return None
    met = event.satisfied > 0 and event.not_satisfied == event.needs_judgement == 0
    return Evaluation(
        event.activity_id,
        event.agency_id,
        told.day,
        met,
        event.not_satisfied,
        event.needs_judgement,
    )
