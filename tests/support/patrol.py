"""Officers who send film after film to a stack, whatever happens to it, and what became of each."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from random import Random
from threading import Event
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from common.clock import SystemClock
from common.stores import open_objects
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from tests.support import books
from tests.support.books import Read
from tests.support.courier import Courier, Halfway, Lost
from tests.support.faults import Fault, Place
from tests.support.people import Signer, person

PHONES: Final = 3
FILMS_BYTES: Final = (40_000, 400_000, 2_000_000)
PAUSE_S: Final = 0.2
"""Between a refusal and the next try."""
POLL_S: Final = 0.2
ROUND_MAX_S: Final = 240.0
USUAL: Final = frozenset({200, 201, 204, 409})
PASSING: Final = frozenset({0, 502, 503, 504, 507})
"""What may be answered while something is away; nothing at all is 0."""


class Patrol:
    """People of one agency that nobody else is of."""

    def __init__(self, place: Place, seed: int) -> None:
        self.couriers: list[Courier] = []
        self.arrived = 0
        """Films all of whose bytes were acknowledged."""
        self.halfway = Halfway()
        """Of the first film: it is under way while the fault lasts."""
        self._place = place
        self._dice = Random(seed)  # noqa: S311 - dice, not a secret
        self._officer = person(Role.OFFICER, agency_id=uuid4())
        signer = Signer.open(place.stack.folder / "identity", SystemClock())
        self._authorization = signer.headers(self._officer)["authorization"]
        self._news = asyncio.Event()
        self._is_over = False

    async def walk(self) -> None:
        """Send films, as many phones as there are, until it is over; then end what was begun."""
        await asyncio.gather(*(self._send_films() for _ in range(PHONES)))

    def end(self) -> None:
        self._is_over = True

    async def has_moved(self, films: int) -> None:
        """Return when so many more films have arrived as had."""
        enough = self.arrived + films
        while self.arrived < enough:
            self._news.clear()
            await self._news.wait()

    @property
    def acknowledged_bytes(self) -> int:
        return sum(courier.promised for courier in self.couriers)

    @property
    def answers(self) -> Counter[int]:
        return sum((courier.answers for courier in self.couriers), Counter[int]())

    def until_kept(self, read: Read) -> None:
        """Return when every film is kept and everything said is sent and logged, or too late."""
        ends_at = monotonic() + books.REST_MAX_S
        while monotonic() < ends_at:
            if not set(self._films()) - set(self._kept(read)) and not books.faults(read):
                return
            Event().wait(POLL_S)

    def wrong(self, read: Read) -> list[str]:
        """Films that are not kept whole, or were told of or counted otherwise than once; more."""
        films, kept = self._films(), self._kept(read)
        told = self._of_agency(
            read, "ingest", "SELECT key, 1 FROM outbox", "type = 'ingest.clip.stored.v1'"
        )
        counted = self._of_agency(
            read, "oversight", "SELECT kind, count FROM figure", "kind = 'clips_stored'"
        )
        lost: list[Lost] = [lost for courier in self.couriers for lost in courier.lost]
        return [
            *(f"acknowledged and asked for again: {it}" for it in lost),
            *(f"film {clip_id} is not kept" for clip_id in set(films) - set(kept)),
            *(f"{clip_id} is no film" for clip_id in set(kept) - set(films)),
            *self._not_exact(set(films.values())),
            *_otherwise_than_once(films, Counter(UUID(str(key)) for key, _ in told)),
            *[f"{sum(count for _, count in counted)} counted of {len(films)} films"]
            * (sum(count for _, count in counted) != len(films)),
            *(f"answered {status}" for status in set(self.answers) - USUAL - PASSING),
            *books.faults(read),
        ]

    def _films(self) -> dict[UUID, str]:
        agency_id = self._officer.agency_id
        return {clip_id_of(agency_id, it.client_id): it.sha256 for it in self.couriers}

    def _kept(self, read: Read) -> dict[UUID, str]:
        return dict(self._of_agency(read, "ingest", "SELECT clip_id, sha256 FROM clip"))

    def _of_agency(
        self, read: Read, service: str, query: str, that: str = "true"
    ) -> list[tuple[Any, Any]]:
        rows = read(service, f"{query} WHERE agency_id = '{self._officer.agency_id}' AND {that}")
        return [(first, second) for first, second in rows]

    def _not_exact(self, digests: set[str]) -> list[str]:
        store = open_objects(self._place.originals(), SystemClock())
        return [
            f"{digest} is not exact"
            for digest in digests
            if not store.has(digest) or store.read_back(digest, None)[0] != digest
        ]

    async def _send_films(self) -> None:
        while not self._is_over:
            courier = self._courier()
            self.couriers.append(courier)
            await courier.send()
            self.arrived += 1

    def _courier(self) -> Courier:
        at = urlsplit(self._place.stack.address)
        return Courier(
            officer=self._officer,
            authorization=self._authorization,
            film=self._dice.randbytes(
                self._dice.choice(FILMS_BYTES) if self.couriers else max(FILMS_BYTES)
            ),
            client_id=UUID(int=self._dice.getrandbits(128), version=4),
            lines=[lambda: (str(at.hostname), int(at.port or 80))],
            dice=Random(self._dice.random()),  # noqa: S311 - as above
            news=self._news,
            pause_s=PAUSE_S,
            halfway=None if self.couriers else self.halfway,
        )


def _otherwise_than_once(films: dict[UUID, str], told: Counter[UUID]) -> list[str]:
    return [f"{clip_id} was told {told[clip_id]} times" for clip_id in films if told[clip_id] != 1]


@dataclass(frozen=True)
class Befallen:
    """What came of one fault."""

    films: int
    acknowledged_bytes: int
    recovered_s: float
    """From the moment at which things were set right until every film was kept, told and logged."""
    answers: Counter[int]
    wrong: list[str]


async def befall(place: Place, fault: Fault, seed: int) -> Befallen:
    """Let a fault happen while films come in, and read the books once all is at rest."""
    patrol, read = Patrol(place, seed), place.read()
    async with asyncio.timeout(ROUND_MAX_S):
        walking = asyncio.create_task(patrol.walk())
        try:
            await patrol.halfway.reached.wait()
            await patrol.has_moved(PHONES)
            began = await asyncio.to_thread(fault, place)
            patrol.halfway.go_on.set()
            await patrol.has_moved(1)
            patrol.end()
            await walking
        finally:
            walking.cancel()
    await asyncio.to_thread(patrol.until_kept, read)
    recovered_s = monotonic() - began
    await asyncio.to_thread(books.until_at_rest, read)
    wrong = await asyncio.to_thread(patrol.wrong, read)
    return Befallen(
        len(patrol.couriers), patrol.acknowledged_bytes, recovered_s, patrol.answers, wrong
    )
