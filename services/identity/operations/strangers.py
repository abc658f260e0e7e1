"""The record of those who were not let in, which no flood can fill."""

from typing import Final, Literal, TypeAlias
from uuid import UUID

from sqlmodel import Session

from common.events import SYSTEM
from contracts.identity import SessionRefused
from identity.domain import Account
from identity.operations.context import Context

RECORDED_OF_KIND_MAX: Final = 10
"""Refusals of one kind put on record in a minute: enough to see that, when and against whom."""
RECORDED_OF_ALL_MAX: Final = 100
"""Refusals of all kinds put on record in a minute, however many accounts strangers know."""

Reason: TypeAlias = Literal[
    "unknown", "password", "disabled", "locked", "reused_token", "expired_token", "setup_code"
]


def record_refusal(ctx: Context, session: Session, account: Account | None, reason: Reason) -> None:
    """Put on record that somebody was not let in: the first few a minute.

    Counted for each reason per account, or for all together who are nobody known. A wrong password
    for an account is always recorded: locks bound those. `liuhen_requests_total` counts every one.
    ADR-0012.
    """
    account_id = account and account.account_id
    if reason != "password" and not _is_recorded(ctx, (account_id, reason)):
        return
    event = SessionRefused(
        agency_id=account.agency_id if account else SYSTEM,
        attempt_id=ctx.ids.new(),
        account_id=account_id,
        reason=reason,
    )
    ctx.outbox.emit(session, event)


def _is_recorded(ctx: Context, kind: tuple[UUID | None, Reason]) -> bool:
    now = ctx.clock.now()
    return ctx.recorded_of_kind.admits(kind, now) and ctx.recorded_of_all.admits("all", now)
