"""A whole card goes to the product: films are hashed, announced, sent, and asked for at the end."""

import random
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Final, Protocol
from uuid import UUID

from dock import card
from dock.card import Card, ChangedError
from dock.patience import AwayError, Patience
from dock.plan import Film, Plan
from dock.receipt import NOTHING, State
from dock.server import Account, Announced, RefusedError, Server

CHUNK_BYTES: Final = 8 * 1024**2
"""Of one request; a cut costs at most what of it had not arrived."""
BEGINNINGS_MAX: Final = 4
"""How often a film is announced: anew after the server has ended what it had of it, and under
another id after it arrived damaged."""
GONE, DAMAGED = "ingest.upload-gone", "ingest.digest-differs"
TAKEN: Final = "ingest.id-taken"
"""A colleague sent the film, or it was sent with other words."""
KEPT: Final = {"stored", "resubmitted"}
CHANGED: Final = "文件在采集过程中被改动、移除或无法读取"


class StoppedError(Exception):
    """The person, or a server that is away, ends it for all films."""


class Teller(Protocol):
    """Whoever shows how far it is. Called by several threads."""

    def begins(self, films: Iterable[Film]) -> None: ...

    def hashed(self, film: Film, read_bytes: int) -> None: ...

    def sent(self, film: Film, offset: int, from_bytes: int) -> None:
        """Tell that the server has `offset` bytes, and had `from_bytes` when we began."""
        ...

    def ended(self, film: Film, outcome: "Outcome") -> None: ...


@dataclass(frozen=True)
class Outcome:
    """What became of a film."""

    film: Film
    state: State = State.FAILED
    sha256: str | None = None
    client_id: UUID | None = None
    clip_id: UUID | None = None
    original_id: UUID | None = None
    problem: str | None = None


@dataclass
class Push:
    """One push of one card."""

    server: Server
    folder: Path
    teller: Teller
    budget_s: float
    """For how long in a row nothing may move."""
    parallel: int = 2
    chunk_bytes: int = CHUNK_BYTES
    dice: random.Random = field(default_factory=random.SystemRandom)
    stopped: Event = field(default_factory=Event)

    def account(self) -> Account:
        """Whom the server takes us for.

        Raises:
            AwayError, RefusedError: nobody answers, or it knows nobody of that token.
        """
        return self.server.account(self._patience())

    def run(self, plan: Plan, account: Account) -> list[Outcome]:
        """Send everything, then ask the server for every film once more.

        Never ends early because of one film; a server that is away ends it for all.
        """
        self.teller.begins(plan.films)
        with ThreadPoolExecutor(self.parallel) as threads:
            sending = [threads.submit(self._one, film, account) for film in plan.films]
            try:
                self._await(sending)
            except KeyboardInterrupt:  # what is on its way ends, and the receipt says what is left
                self.stopped.set()
        return [self._verified(one.result()) for one in sending]

    def report(self, said: Mapping[str, object]) -> None:
        """Tell the server of a device's files on the card.

        Raises:
            AwayError, RefusedError, StoppedError: it was not told.
        """
        self._go_on()
        self.server.report(self._patience(), said)

    def sleep(self, seconds: float) -> None:
        """Wait, or end with everything else."""
        if self.stopped.wait(seconds):
            raise StoppedError

    def _await(self, sending: list[Future[Outcome]]) -> None:
        """Wait in small steps, so that the person's Ctrl-C is heard."""
        left = set(sending)
        while left:
            _, left = wait(left, timeout=0.5, return_when=FIRST_EXCEPTION)

    def _one(self, film: Film, account: Account) -> Outcome:
        outcome = Outcome(film)
        try:
            self._go_on()
            sha256 = card.digest(self.folder, film.found, lambda at: self._hashed(film, at))
            outcome = replace(outcome, sha256=sha256)
            outcome = self._sent(outcome, sha256, account)
        except ChangedError:
            outcome = replace(outcome, problem=CHANGED)
        except RefusedError as error:
            outcome = replace(outcome, problem=str(error))
        except AwayError as error:
            self.stopped.set()
            outcome = replace(outcome, problem=str(error))
        except StoppedError:
            outcome = replace(outcome, problem="已中止")
        self.teller.ended(film, outcome)
        return outcome

    def _sent(self, outcome: Outcome, sha256: str, account: Account) -> Outcome:
        turn = 0
        for is_last in [False] * (BEGINNINGS_MAX - 1) + [True]:
            client_id = outcome.film.client_id(sha256, turn)
            clip_id = account.clip_id(client_id)
            outcome = replace(outcome, client_id=client_id, clip_id=clip_id)
            try:
                return self._begun(outcome, clip_id, outcome.film.metadata(sha256, turn))
            except RefusedError as error:
                if error.code == TAKEN and not self._is_damaged(clip_id):
                    return self._asked(outcome, clip_id)
                if is_last or error.code not in {GONE, DAMAGED, TAKEN}:
                    raise
                turn += error.code != GONE
        raise AssertionError  # the last beginning returns or raises

    def _begun(self, outcome: Outcome, clip_id: UUID, said: Mapping[str, str]) -> Outcome:
        film, patience = outcome.film, self._patience()
        announced = self.server.announce(patience, said, film.found.size_bytes)
        if announced.original_id:
            return replace(outcome, state=State.RESUBMITTED, original_id=announced.original_id)
        if announced.offset == film.found.size_bytes and self._is_damaged(clip_id):
            raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, DAMAGED, "此前损坏到达，已隔离")
        self._send(film, announced, patience)
        return replace(outcome, state=State.STORED)

    def _is_damaged(self, clip_id: UUID) -> bool:
        """Whether other bytes than were announced came under this id: it is of no use any more."""
        kept = self.server.clip(self._patience(), clip_id)
        return kept is not None and kept.state == "quarantined"

    def _send(self, film: Film, announced: Announced, patience: Patience) -> None:
        offset, size = announced.offset, film.found.size_bytes
        self.teller.sent(film, offset, announced.offset)
        with card.opened(self.folder, film.found) as file:
            while offset < size:
                self._go_on()
                content = card.piece(file, film.found, offset, self.chunk_bytes)
                reached = self.server.append(patience, announced.location, offset, content)
                if reached > offset:
                    patience.moved()
                offset = reached
                self.teller.sent(film, offset, announced.offset)

    def _verified(self, outcome: Outcome) -> Outcome:
        """What the server says of a film that we believe to be there."""
        if outcome.state is State.FAILED or outcome.clip_id is None:
            return outcome
        try:
            return self._asked(outcome, outcome.clip_id)
        except (AwayError, RefusedError, StoppedError) as error:
            return replace(outcome, state=State.FAILED, problem=f"未能与服务器核对：{error}")

    def _asked(self, outcome: Outcome, clip_id: UUID) -> Outcome:
        kept = self.server.clip(self._patience(), clip_id)
        if kept is None:
            said = "服务器尚未保存该文件，或由他人登记而未传完"
            return replace(outcome, state=State.FAILED, problem=said)
        if kept.sha256 != outcome.sha256 or kept.state not in KEPT:
            said = "服务器保存的内容与卡内文件不一致"
            return replace(outcome, state=State.FAILED, problem=said)
        return replace(outcome, state=State(kept.state), original_id=kept.original_id)

    def _hashed(self, film: Film, read_bytes: int) -> None:
        self._go_on()
        self.teller.hashed(film, read_bytes)

    def _go_on(self) -> None:
        if self.stopped.is_set():
            raise StoppedError

    def _patience(self) -> Patience:
        return Patience(self.budget_s, self.sleep, self.dice)


def problems(plan: Plan, outcomes: Iterable[Outcome], before: Card, after: Card) -> list[str]:
    """What is wrong with the card as a whole, besides films that failed."""
    said = [] if before.files else [f"{NOTHING}：请确认存储卡已接入、文件夹无误"]
    said += [f"清单所列文件不在卡内：{path}" for path in plan.absent]
    said += [f"无法读取：{path}" for path in plan.unreadable]
    for outcome in outcomes:
        entry = outcome.film.entry
        if entry is None:
            continue
        path, found = outcome.film.found.path, outcome.film.found
        if entry.size_bytes != found.size_bytes:
            said.append(f"文件大小与清单不符：{path}")
        elif entry.sha256 and outcome.sha256 and entry.sha256 != outcome.sha256:
            said.append(f"文件摘要与清单不符：{path}")
    if after != before:
        said.append("采集过程中存储卡内容有变化，请再次执行")
    return said
