"""Requests for clips and their approvals. One function, one transaction, one outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel import Session

from access.domain import requests, rules
from access.domain.requests import (
    Attempt,
    Case,
    Entry,
    Filed,
    Given,
    Hindrance,
    Judgement,
    Request,
)
from access.domain.rules import Ask, Decision
from access.errors import (
    AccessRefusedError,
    AlreadyDecidedError,
    ClipResubmittedError,
    ClipUnknownError,
    IdTakenError,
    NotApproverError,
    NotGrantedError,
    OutOfOrderError,
    OwnRequestError,
    RequestUnknownError,
    SamePersonError,
    StepUnknownError,
    TooManyRequestsError,
)
from access.operations.context import Context, in_force
from access.store import facts
from access.store import requests as store
from common.auth import Requester
from common.errors import AppError
from common.fence import across_agencies, anywhere, on_behalf_of
from common.service import RefusedError
from contracts.access import ApprovalDecided, Manner, Purpose, RequestDecided

PAGE: Final = 100
UNKNOWN: Final = Decision("refused", "unknown", "", "", may_know=False)
HINDRANCES: Final[Mapping[Hindrance, type[AppError]]] = {
    Hindrance.SAME_PERSON: SamePersonError,
    Hindrance.OWN_REQUEST: OwnRequestError,
    Hindrance.NOT_APPROVER: NotApproverError,
    Hindrance.ALREADY_DECIDED: AlreadyDecidedError,
    Hindrance.OUT_OF_ORDER: OutOfOrderError,
}


@dataclass(frozen=True)
class Standing:
    """A request and the decisions on it so far."""

    filed: Filed
    given: Sequence[Given]


@dataclass(frozen=True)
class Page:
    """Some of a list, and after which id the next part begins."""

    items: Sequence[Standing]
    next: UUID | None


def file_request(ctx: Context, who: Requester, request: Request) -> Standing:
    """Decide whether `who` may have a clip, and leave the decision on record. Safe to repeat.

    A request for a clip nobody knows takes up its id as well: otherwise using the id again would
    tell whether the clip exists.

    Raises:
        ClipUnknownError: there is no such clip, or none the requester may know of.
        ClipResubmittedError: it is an entry of another one, which the requester may know of.
        AccessRefusedError: the rule that it names refuses.
        IdTakenError: the requester used the key for another request; that is on record.
        TooManyRequestsError: the requester has asked for the clip too often today.
    """
    # Across agencies, because the clip may be anybody's, or nobody's.
    with ctx.recording(who), ctx.db.transaction() as session, across_agencies(session):
        filed = store.find_request(session, request.request_id)
        if filed is None:
            filed = _file(ctx, session, who, request)
        given = store.given(session, request.request_id)
        instead = _purposes_instead(ctx, session, who, filed)
    if filed.request != request:
        raise ctx.refuse(who, IdTakenError(), request.request_id)
    if not filed.decision.may_know:
        raise ClipUnknownError
    if filed.decision.outcome == "refused":
        raise _refusal(filed, instead)
    return Standing(filed, given)


def decide_step(
    ctx: Context, who: Requester, request_id: UUID, step: str, *, approves: bool
) -> Standing:
    """Give or decline one approval of a request. The same answer again changes nothing.

    Raises:
        RequestUnknownError, StepUnknownError: there is no such thing for the requester.
        SamePersonError, OwnRequestError, NotApproverError, AlreadyDecidedError, OutOfOrderError:
            the attempt is on record and changed nothing.
    """
    attempt = Attempt(step, who.subject, who.roles, who.unit_id, approves)
    with ctx.db.transaction() as session:
        filed = anywhere(session, store.lock_request, request_id)
        known = filed is not None and requests.is_staff(who, filed.agency_id)
        judgement = _judge(ctx, session, who, filed, attempt) if filed and known else None
        if judgement:
            filed = store.find_request(session, request_id)
        given = store.given(session, request_id)
    if filed is None or not known:
        raise ctx.refuse(who, RequestUnknownError(), request_id, filed and filed.agency_id)
    if judgement is None:
        raise ctx.refuse(who, StepUnknownError(), request_id)
    if judgement.hindrance:
        raise HINDRANCES[judgement.hindrance]
    return Standing(filed, given)


def show_request(ctx: Context, who: Requester, request_id: UUID) -> Standing:
    """A request, to the one who made it and to the agency's people who may have to decide on it.

    Raises:
        RequestUnknownError: there is none that the requester may know of.
    """
    with ctx.db.snapshot() as session:
        filed = anywhere(session, store.find_request, request_id)
        given = store.given(session, request_id)
    if filed is None or not (is_own(who, filed) or requests.is_staff(who, filed.agency_id)):
        raise ctx.refuse(who, RequestUnknownError(), request_id, filed and filed.agency_id)
    return Standing(filed, given)


def list_own(ctx: Context, who: Requester, after: UUID) -> Page:
    """What the requester asked their agency for, by id."""
    with ctx.db.snapshot() as session:
        own = store.own_requests(session, who.agency_id, who.subject, after, PAGE)
        return _page(session, own)


def list_waiting(ctx: Context, who: Requester, after: UUID) -> Page:
    """The agency's requests whose next step could be the requester's to decide, by id."""
    with ctx.db.snapshot() as session:
        page = _page(session, store.pending_requests(session, who.agency_id, after, PAGE))
    mine = [one for one in page.items if requests.waits_for(one.filed, one.given, who)]
    return Page(mine, page.next)


def granted(ctx: Context, who: Requester, request_id: UUID, manner: Manner) -> Filed:
    """Return a request of `who` that was granted and can still be made use of.

    Raises:
        RequestUnknownError: there is none that the requester may know of.
        NotGrantedError: it is not granted, not for this, or lapsed.
    """
    with ctx.db.snapshot() as session:
        filed = anywhere(session, store.find_request, request_id)
    if filed is None or not is_own(who, filed):
        raise ctx.refuse(who, RequestUnknownError(), request_id, filed and filed.agency_id)
    lifetime = ctx.settings.grant_lifetime
    lapsed = filed.granted_at is None or ctx.clock.now() >= filed.granted_at + lifetime
    if filed.outcome != "granted" or filed.request.manner != manner or lapsed:
        raise ctx.refuse(who, NotGrantedError(), request_id)
    return filed


def is_own(who: Requester, filed: Filed) -> bool:
    """Whether it is the requester's and they may still know of the clip; people change agencies."""
    bound = filed.case_id is not None and filed.case_id in who.bound_to
    own = who.agency_id == filed.agency_id
    knows = filed.decision.may_know and own and (bound or requests.is_staff(who, filed.agency_id))
    return filed.request.requester_id == who.subject and knows


def _file(ctx: Context, session: Session, who: Requester, request: Request) -> Filed:
    since = ctx.clock.now() - requests.DAY
    asked = store.count_asked(session, who.subject, request.clip_id, since)
    if asked >= requests.REQUESTS_A_DAY_MAX:
        raise RefusedError(TooManyRequestsError(), request.clip_id)
    entry = facts.find_entry(session, request.clip_id)
    if entry is not None and _may_know(session, who, request, entry):
        raise RefusedError(
            ClipResubmittedError(entry.original_id), request.clip_id, entry.agency_id
        )
    agency_id = facts.find_agency(session, request.clip_id)
    if agency_id is None:
        return _file_unknown(ctx, session, who, request)
    with on_behalf_of(session, agency_id):
        return _file_known(ctx, session, who, request, agency_id)


def _may_know(session: Session, who: Requester, request: Request, entry: Entry) -> bool:
    """Whether the requester may know of an entry: as far as of its original."""
    with on_behalf_of(session, entry.agency_id):
        case = requests.case_asked_about(
            who, facts.cases_of(session, entry.original_id, entry.agency_id)
        )
    return requests.ask(who, request, entry.agency_id, case, quarantined=False).may_know


def _file_known(
    ctx: Context, session: Session, who: Requester, request: Request, agency_id: UUID
) -> Filed:
    case, ask = _ask(session, who, request, agency_id)
    ruling = in_force(ctx, session, agency_id)
    decision = rules.decide(ruling.rules, ask)
    now = ctx.clock.now()
    filed = Filed(
        request=request,
        agency_id=agency_id,
        case_id=case and case.case_id,
        unit_id=case and case.unit_id,
        decision=decision,
        pack_sha256=ruling.pack_sha256,
        outcome=decision.outcome,
        decided_at=now,
        granted_at=now if decision.outcome == "granted" else None,
    )
    store.add_request(session, filed)
    if not decision.may_know:
        _note_stranger(ctx, session, who, filed)
        return filed
    decided = RequestDecided(
        **vars(request),
        agency_id=agency_id,
        case_id=filed.case_id,
        outcome=decision.outcome,
        rule_id=decision.rule_id,
        pack_sha256=filed.pack_sha256,
    )
    ctx.outbox.emit(session, decided)
    return filed


def _ask(
    session: Session, who: Requester, request: Request, agency_id: UUID
) -> tuple[Case | None, Ask]:
    """The case that a request is about, and what the law looks at, as things stand now."""
    case = requests.case_asked_about(who, facts.cases_of(session, request.clip_id, agency_id))
    quarantined = facts.find_clip(session, request.clip_id) is None
    return case, requests.ask(who, request, agency_id, case, quarantined=quarantined)


def _purposes_instead(
    ctx: Context, session: Session, who: Requester, filed: Filed
) -> Sequence[Purpose]:
    """Of a request that was refused, the purposes for which it would not be now."""
    if filed.decision.outcome != "refused" or filed.agency_id is None:
        return ()
    with on_behalf_of(session, filed.agency_id):
        _, ask = _ask(session, who, filed.request, filed.agency_id)
        ruling = in_force(ctx, session, filed.agency_id)
        return rules.purposes_that_would_do(ruling.rules, ask)


def _file_unknown(ctx: Context, session: Session, who: Requester, request: Request) -> Filed:
    filed = Filed(
        request=request,
        agency_id=None,
        case_id=None,
        unit_id=None,
        decision=UNKNOWN,
        pack_sha256=None,
        outcome="refused",
        decided_at=ctx.clock.now(),
    )
    store.add_request(session, filed)
    _note_stranger(ctx, session, who, filed)
    return filed


def _note_stranger(ctx: Context, session: Session, who: Requester, filed: Filed) -> None:
    """Put on record that somebody tried who may not know of the clip: in their own chain.

    In the clip's, strangers could make it longer than an export can hold. ADR-0017.
    """
    refused = ctx.refused(who, ClipUnknownError(), filed.request.clip_id, filed.agency_id)
    if refused:
        ctx.outbox.emit(session, refused)


def _judge(
    ctx: Context, session: Session, who: Requester, filed: Filed, attempt: Attempt
) -> Judgement | None:
    request_id = filed.request.request_id
    judgement = requests.judge(filed, store.given(session, request_id), attempt)
    if judgement is None or judgement.repeated:
        return judgement
    now = ctx.clock.now()
    if judgement.hindrance and not ctx.attempts.admits(
        (request_id, attempt.step, attempt.by, judgement.hindrance), now
    ):
        return judgement
    store.add_attempt(session, request_id, attempt.step, attempt.by, judgement, now)
    if judgement.request_outcome != filed.outcome:
        granted_at = now if judgement.request_outcome == "granted" else None
        store.set_outcome(session, request_id, judgement.request_outcome, granted_at)
    decided = ApprovalDecided(
        agency_id=who.agency_id,  # the clip's too: only its agency's people get here
        request_id=request_id,
        clip_id=filed.request.clip_id,
        step=attempt.step,
        decided_by=attempt.by,
        outcome=judgement.outcome,
        rule_id=filed.decision.rule_id,
        request_outcome=judgement.request_outcome,
    )
    ctx.outbox.emit(session, decided)
    return judgement


def _refusal(filed: Filed, instead: Sequence[Purpose]) -> AppError:
    decision = filed.decision
    words = f"依据{decision.citation}：{decision.text}" if decision.citation else decision.text
    if instead:
        words += f"以下目的（purpose）的同类申请可以提出：{'、'.join(instead)}"
    return AccessRefusedError(
        words,
        request_id=str(filed.request.request_id),
        rule_id=decision.rule_id,
        citation=decision.citation,
        purposes=list(instead),
    )


def _page(session: Session, found: Sequence[Filed]) -> Page:
    items = [Standing(filed, store.given(session, filed.request.request_id)) for filed in found]
    return Page(items, found[-1].request.request_id if len(found) == PAGE else None)
