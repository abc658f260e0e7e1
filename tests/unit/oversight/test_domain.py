"""What an event adds to the figures, and what is left out."""

from datetime import date
from importlib import import_module
from uuid import uuid4

import pytest

from common.events import Event, Refused
from contracts.access import ApprovalDecided, Manner, Purpose, RequestDecided
from contracts.checklist import ActivityEvaluated
from contracts.ingest import ClipQuarantined
from contracts.topics import PARTITIONS
from oversight.domain import COUNT_MAX, KINDS, KNOWN, Told, additions, evaluation, understand
from oversight.routes import FiguresOut

AGENCY = uuid4()
QUARANTINED = ClipQuarantined(
    agency_id=AGENCY,
    clip_id=uuid4(),
    announced_sha256="0" * 64,
    received_sha256="1" * 64,
    uploaded_by=uuid4(),
)
VALUE = QUARANTINED.model_dump_json().encode()
TIME = "2026-01-05T09:00:00+00:00"


def requested(outcome: str) -> Event:
    return RequestDecided.model_validate(
        {
            "agency_id": AGENCY,
            "request_id": uuid4(),
            "clip_id": uuid4(),
            "case_id": None,
            "requester_id": uuid4(),
            "manner": Manner.COPY,
            "purpose": Purpose.LITIGATION,
            "outcome": outcome,
            "rule_id": "s1.a3-13",
            "pack_sha256": None,
        }
    )


def approved(outcome: str, request_outcome: str) -> Event:
    return ApprovalDecided.model_validate(
        {
            "agency_id": AGENCY,
            "request_id": uuid4(),
            "clip_id": uuid4(),
            "step": "leader",
            "decided_by": uuid4(),
            "outcome": outcome,
            "rule_id": "s1.a3-13",
            "request_outcome": request_outcome,
        }
    )


def evaluated(satisfied: int, not_satisfied: int = 0, needs_judgement: int = 0) -> Told:
    event = ActivityEvaluated(
        agency_id=AGENCY,
        evaluation_id=uuid4(),
        activity_id=uuid4(),
        case_id=uuid4(),
        pack_sha256="0" * 64,
        satisfied=satisfied,
        not_satisfied=not_satisfied,
        needs_judgement=needs_judgement,
        exempt=0,
        not_applicable=0,
    )
    return Told(event, date(2026, 1, 5))


def test_every_service_s_refusals_are_counted() -> None:
    modules = [import_module(f"contracts.{owner}") for owner in PARTITIONS]
    refusals = {module.RequestRefused for module in modules}
    assert refusals <= set(KNOWN.values())
    assert all(issubclass(refusal, Refused) for refusal in refusals)


def test_every_figure_is_shown() -> None:
    assert set(KINDS) <= set(FiguresOut.model_fields)


def test_an_event_belongs_to_the_legal_day_on_which_it_was_said() -> None:
    for time, day in (("15:59:59+00:00", 5), ("16:00:00+00:00", 6), ("23:59:00+08:00", 5)):
        told = understand(QUARANTINED.type, f"2026-01-05T{time}", VALUE)
        assert told == Told(QUARANTINED, date(2026, 1, day))


@pytest.mark.parametrize(
    ("type_", "time", "value"),
    [
        ("ingest.clip.probed.v1", TIME, VALUE),  # nobody counts it
        ("ingest.clip.melted.v9", TIME, VALUE),  # nobody knows it
        (QUARANTINED.type, "", VALUE),
        (QUARANTINED.type, "yesterday", VALUE),
        (QUARANTINED.type, "2026-01-05T09:00:00", VALUE),
        (QUARANTINED.type, "9999-12-31T23:00:00+00:00", VALUE),
        (QUARANTINED.type, TIME, b""),
        (QUARANTINED.type, TIME, b"\xff\xfe"),
        (QUARANTINED.type, TIME, b"{}"),
        (QUARANTINED.type, TIME, b"[" * 100_000),
    ],
)
def test_what_cannot_be_read_is_left_out(type_: str, time: str, value: bytes) -> None:
    assert understand(QUARANTINED.type, TIME, VALUE)
    assert understand(type_, time, value) is None


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ([requested("granted")], ["requests_granted"]),
        ([requested("refused")], ["requests_refused"]),
        (
            [
                requested("pending"),
                approved("approved", "pending"),
                approved("approved", "granted"),
            ],
            ["requests_granted"],
        ),
        ([requested("pending"), approved("declined", "refused")], ["requests_refused"]),
        ([requested("pending"), approved("refused", "pending")], ["refusals"]),
        ([requested("granted"), approved("refused", "granted")], ["requests_granted", "refusals"]),
    ],
)
def test_a_request_is_granted_or_refused_once(events: list[Event], kinds: list[str]) -> None:
    assert [addition.kind for event in events for addition in additions(event)] == kinds


def test_an_activity_is_satisfied_only_when_nothing_is_open() -> None:
    for told, met in (
        (evaluated(3), True),
        (evaluated(3, not_satisfied=1), False),
        (evaluated(3, needs_judgement=1), False),
        (evaluated(0), False),  # nothing applied: that satisfies nothing
    ):
        found = evaluation(told)
        assert found
        assert found.satisfied == met
    assert evaluation(Told(QUARANTINED, date(2026, 1, 5))) is None


def test_a_number_that_would_overflow_a_sum_is_left_out() -> None:
    assert evaluation(evaluated(COUNT_MAX))
    assert evaluation(evaluated(COUNT_MAX + 1)) is None
