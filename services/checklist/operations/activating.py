"""Shows packs and puts them into force: one person proposes, another confirms."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlmodel import Session

from checklist import store
from checklist.domain.activation import Activation
from checklist.domain.pack import PackHead
from checklist.errors import (
    ActivationUnknownError,
    BeforeIssueError,
    DayTakenError,
    IdTakenError,
    PackChangedError,
    PackUnknownError,
    SamePersonError,
)
from checklist.operations.context import Context
from common import rulebook
from common.auth import Requester
from common.db import after_commit
from common.errors import AppError
from common.fence import anywhere
from common.packs import Pack, PackError, shipped_names
from contracts.checklist import PackActivated


def packs() -> Sequence[Pack]:
    """The packs that came with the product."""
    return [Pack.shipped(name) for name in shipped_names()]


def find_pack(name: str) -> Pack:
    """Raise PackUnknownError unless a pack of this name came with the product."""
    try:
        return Pack.shipped(name)
    except PackError as error:
        raise PackUnknownError from error


def activations(ctx: Context, who: Requester) -> Sequence[Activation]:
    """What the requester's own agency proposed and confirmed."""
    with ctx.db.snapshot() as session:
        return store.activations(session, who.agency_id)


def propose(
    ctx: Context, who: Requester, activation_id: UUID, name: str, valid_from: date
) -> Activation:
    """Propose that a pack rules the requester's agency from a day on. Safe to repeat.

    Raises:
        PackUnknownError: no pack has this name.
        BeforeIssueError: the pack was issued later.
        IdTakenError: the id belongs to another proposal.
    """
    pack = find_pack(name)
    _check_issued(pack, valid_from)
    asked = Activation(activation_id, who.agency_id, name, pack.sha256, valid_from, who.subject)
    with ctx.db.transaction() as session:
        known = anywhere(session, store.find_activation, activation_id)
        if known is None:
            store.keep_activation(session, asked, ctx.clock.now())
    if known is not None and not known.is_same_proposal(asked):
        raise IdTakenError
    return known or asked


def confirm(ctx: Context, who: Requester, activation_id: UUID) -> Activation:
    """Put a proposed pack into force and have the agency's activities judged anew. Safe to repeat.

    Raises:
        ActivationUnknownError: the requester's agency proposed no such thing. On record.
        SamePersonError: the requester is who proposed it. On record.
        PackChangedError: the pack's bytes are no longer those proposed. On record.
        DayTakenError: another activation begins on that day. On record.
    """
    with ctx.db.transaction() as session:
        known = anywhere(session, store.find_activation, activation_id)
        refused = _refusal(session, who, known)
        if known is not None and refused is None:
            return _confirmed(ctx, session, who, known)
    owner_id = known and known.agency_id
    raise ctx.refuse(who, refused or ActivationUnknownError(), activation_id, owner_id)


def _check_issued(pack: Pack, valid_from: date) -> None:
    since = pack.read("pack.yaml", PackHead).rules_since
    if since is not None and valid_from < since:
        day = f"{since.year}年{since.month}月{since.day}日"
        raise BeforeIssueError(f"规范包“{pack.name}”的启用日期不能早于 {day}")


def _refusal(session: Session, who: Requester, known: Activation | None) -> AppError | None:
    if known is None or known.agency_id != who.agency_id:
        return ActivationUnknownError()
    if known.proposed_by == who.subject:
        return SamePersonError()
    if known.confirmed_by is not None:
        return None
    if find_pack(known.pack).sha256 != known.sha256:
        return PackChangedError()
    if store.is_day_taken(session, known.agency_id, known.valid_from):
        return DayTakenError()
    return None


def _confirmed(ctx: Context, session: Session, who: Requester, known: Activation) -> Activation:
    if known.confirmed_by is not None:
        return known
    confirmed = replace(known, confirmed_by=who.subject)
    store.keep_activation(session, confirmed, ctx.clock.now())
    ctx.rulebook.remember(
        session,
        rulebook.Activation(
            known.activation_id, known.agency_id, known.pack, known.sha256, known.valid_from
        ),
    )
    store.mark_stale(session, known.agency_id)
    ctx.outbox.emit(session, _activated(known, who.subject))
    after_commit(session, ctx.stale.set)
    return confirmed


def _activated(activation: Activation, confirmed_by: UUID) -> PackActivated:
    return PackActivated(
        agency_id=activation.agency_id,
        activation_id=activation.activation_id,
        pack=activation.pack,
        sha256=activation.sha256,
        valid_from=activation.valid_from,
        proposed_by=activation.proposed_by,
        confirmed_by=confirmed_by,
    )
