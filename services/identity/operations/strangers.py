"""The record of those who were not let in, which no flood can fill."""

from typing import Final, Literal, TypeAlias

from sqlmodel import Session

from common.events import SYSTEM
from contracts.identity import SessionRefused
from identity.domain import Account
from identity.operations.context import Context

RECORDED_PER_MINUTE_MAX: Final = 10
"""Refusals of one kind put on record in a minute: enough to see that, when and against whom."""

Reason: TypeAlias = Literal[
    "unknown", "password", "disabled", "locked", "reused_token", "expired_token", "setup_code"
]


def record_refusal(ctx: Context, session: Session, account: Account | None, reason: Reason) -> None:
    """Put on record that somebody was not let in: the first few a minute for the same reason.

    Counted per account, and for all together who are nobody known. A wrong password for an account
    is always recorded: locks bound those. `liuhen_requests_total` counts every one. ADR-0012.
    """
    account_id = account and account.account_id
    kind = (account_id, reason)
    if reason != "password" and not ctx.recorded.admits(kind, ctx.clock.now()):
        return
    event = SessionRefused(
        agency_id=account.agency_id if account else SYSTEM,
        attempt_id=ctx.ids.new(),
        account_id=account_id,
        reason=reason,
    )
    ctx.outbox.emit(session, event)
