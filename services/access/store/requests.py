"""Queries on requests and their approvals. Takes and returns domain values."""

from datetime import datetime
from typing import cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import func
from sqlmodel import Session, col, select

from access.domain.requests import Filed, Given, Judgement, Request
from access.domain.rules import Decision, Outcome, Step
from access.tables import ApprovalRow, RequestRow
from contracts.access import Manner, Purpose

_STEPS = TypeAdapter(tuple[Step, ...])


def count_asked(session: Session, requester_id: UUID, clip_id: UUID, since: datetime) -> int:
    """How often a person asked for a clip, whether there is one or not."""
    query = select(func.count()).where(
        RequestRow.requester_id == requester_id,
        RequestRow.clip_id == clip_id,
        col(RequestRow.decided_at) > since,
    )
    return session.exec(query).one()


def add_request(session: Session, filed: Filed) -> None:
    decision = filed.decision
    row = RequestRow(
        **vars(filed.request),
        agency_id=filed.agency_id,
        case_id=filed.case_id,
        unit_id=filed.unit_id,
        rule_id=decision.rule_id,
        citation=decision.citation,
        text=decision.text,
        may_know=decision.may_know,
        steps=_STEPS.dump_python(decision.steps, mode="json"),
        pack_sha256=filed.pack_sha256,
        decided=decision.outcome,
        outcome=filed.outcome,
        decided_at=filed.decided_at,
        granted_at=filed.granted_at,
    )
    session.add(row)


def find_request(session: Session, request_id: UUID) -> Filed | None:
    """A request, locked until the transaction ends if that can write."""
    query = select(RequestRow).where(RequestRow.request_id == request_id)
    row = session.exec(query).first()
    return row and _filed(row)


def lock_request(session: Session, request_id: UUID) -> Filed | None:
    """A request that nobody else decides on until the transaction ends."""
    query = select(RequestRow).where(RequestRow.request_id == request_id).with_for_update()
    row = session.exec(query).first()
    return row and _filed(row)


def own_requests(
    session: Session, agency_id: UUID, requester_id: UUID, after: UUID, limit: int
) -> list[Filed]:
    """A person's requests for an agency's clips, by id, without those they may not know of."""
    query = (
        select(RequestRow)
        .where(
            RequestRow.agency_id == agency_id,
            RequestRow.requester_id == requester_id,
            col(RequestRow.may_know).is_(True),
            RequestRow.request_id > after,
        )
        .order_by(col(RequestRow.request_id))
        .limit(limit)
    )
    return [_filed(row) for row in session.exec(query)]


def pending_requests(session: Session, agency_id: UUID, after: UUID, limit: int) -> list[Filed]:
    """The agency's requests that wait for an approval, by id."""
    query = (
        select(RequestRow)
        .where(
            RequestRow.agency_id == agency_id,
            RequestRow.outcome == "pending",
            RequestRow.request_id > after,
        )
        .order_by(col(RequestRow.request_id))
        .limit(limit)
    )
    return [_filed(row) for row in session.exec(query)]


def add_attempt(
    session: Session, request_id: UUID, step: str, by: UUID, judgement: Judgement, at: datetime
) -> None:
    """Keep an attempt to decide, and what became of it."""
    row = ApprovalRow(
        request_id=request_id,
        step=step,
        by=by,
        outcome=judgement.outcome,
        hindrance=judgement.hindrance,
        at=at,
    )
    session.add(row)


def set_outcome(
    session: Session, request_id: UUID, outcome: Outcome, granted_at: datetime | None
) -> None:
    row = session.get_one(RequestRow, request_id)
    row.outcome, row.granted_at = outcome, granted_at


def given(session: Session, request_id: UUID) -> list[Given]:
    """The decisions that count, oldest first."""
    query = (
        select(ApprovalRow)
        .where(ApprovalRow.request_id == request_id, ApprovalRow.outcome != "refused")
        .order_by(col(ApprovalRow.number))
    )
    return [
        Given(row.step, row.by, row.outcome == "approved", row.at) for row in session.exec(query)
    ]


def _filed(row: RequestRow) -> Filed:
    request = Request(
        row.request_id, row.clip_id, row.requester_id, Manner(row.manner), Purpose(row.purpose)
    )
    decision = Decision(
        cast("Outcome", row.decided),  # written by add_request from this very type
        row.rule_id,
        row.citation,
        row.text,
        row.may_know,
        _STEPS.validate_python(row.steps),
    )
    return Filed(
        request=request,
        agency_id=row.agency_id,
        case_id=row.case_id,
        unit_id=row.unit_id,
        decision=decision,
        pack_sha256=row.pack_sha256,
        outcome=cast("Outcome", row.outcome),  # as above
        decided_at=row.decided_at,
        granted_at=row.granted_at,
    )
