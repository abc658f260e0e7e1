"""One task of the dock from its beginning to its receipt: sign in, look, plan, push, sum up."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from dock import card, receipt, reporting
from dock.manifest import Manifest
from dock.plan import Stated, plan
from dock.pushing import Push, Teller
from dock.receipt import Receipt
from dock.server import Server
from dock.summing_up import Occasion, sum_up


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime: ...


class Shown(Teller, AbstractContextManager["Shown"], Protocol):
    """A teller that takes the terminal while it tells."""


@dataclass(frozen=True)
class Task:
    """What was asked for."""

    server: str
    folder: Path
    receipts: Path
    stated: Stated
    told: Manifest | None
    manifest_sha256: str | None
    zone: ZoneInfo
    parallel: int
    budget_s: float
    """For how long in a row nothing may move."""


def perform(task: Task, server: Server, shown: Shown, clock: Clock) -> tuple[Receipt, Path]:
    """Push the card and leave a receipt; say where it is.

    Raises:
        PlanError: something must be said first; nothing was sent.
        AwayError, RefusedError: the server does not know us; nothing was sent.
    """
    began_at = clock.now()
    push = Push(server, task.folder, shown, task.budget_s, task.parallel)
    account = push.account()
    before = card.look(task.folder)
    stated = task.stated.by(account.account_id)
    planned = plan(task.folder, before, task.told, stated, task.zone)
    with shown:
        outcomes = push.run(planned, account)
        untold = reporting.tell(push, planned)
    occasion = Occasion(task.server, account, task.folder.name, task.manifest_sha256, began_at)
    after = card.look(task.folder)
    summed = sum_up(occasion, planned, outcomes, (before, after), clock.now(), untold=untold)
    stem = f"{task.folder.name}-{began_at:%Y%m%dT%H%M%SZ}"
    return summed, receipt.write(summed, task.receipts, stem)
