"""Kill -9 while films arrive: no acknowledged byte is lost, and no film is kept twice or wrongly.

Method: phones send in threads to a real process; after a random number of acknowledgements and a
random moment it is killed and started again on the same data. Phones only know HTTP.
"""

import os
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from random import Random
from threading import Event
from uuid import UUID, uuid4

import httpx

from common.clock import SystemClock
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from liuhen.demo.phone import NO_PROGRESS, Phone, UploadFailedError, digest
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tests.support.words import words

KILLS, UPLOADS, SEED = 10, 4, 20260105
FILM_BYTES = 12 * 1024**2
CHUNKS_BYTES = (256 * 1024, 700 * 1024 + 1, 3 * 1024**2, 9 * 1024**2)
"""The last is committed in several parts, so that some of a killed request stays."""
OFFICER = person(Role.OFFICER, agency_id=uuid4())


@dataclass(frozen=True)
class Lost:
    """An acknowledged byte that the server asked for again."""

    acknowledged: int
    offered: int


@dataclass
class Sender:
    """A phone that sends one film for as long as it takes, and remembers what it was promised."""

    base_url: str
    token: str
    film: Path
    client_id: UUID
    chunk_bytes: int
    news: SimpleQueue[int]
    promised: int = 0
    lost: list[Lost] = field(default_factory=list[Lost])

    def send(self) -> list[Lost]:
        announced, size = words(OFFICER) | {"sha256": digest(self.film)}, self.film.stat().st_size
        with Phone(self.base_url, self.token, self.chunk_bytes) as phone:
            while self.promised < size:
                try:
                    location, _ = phone.create(self.film, self.client_id, announced)
                    self.hear(phone.offset(location), size)
                    phone.send(location, self.film, self.promised, size, self.hear)
                except httpx.TransportError:
                    continue  # killed under us; the next request waits for the next life
                except UploadFailedError as error:
                    if error.code != NO_PROGRESS:
                        raise
        return self.lost

    def hear(self, offset: int, _size: int) -> None:
        if offset < self.promised:
            self.lost.append(Lost(self.promised, offset))
        if offset > self.promised:
            self.news.put(offset)
        self.promised = offset


def kill_at_random(receiver: Receiver, news: SimpleQueue[int], rng: Random) -> None:
    for _ in range(KILLS):
        for _ in range(rng.randint(1, 4)):
            news.get(timeout=30)
        Event().wait(rng.random() * 0.05)
        receiver.kill()
        while not news.empty():  # the next life must first do something
            news.get()
        receiver.start()


def test_no_acknowledged_byte_is_lost_by_a_kill(tmp_path: Path) -> None:
    rng = Random(SEED)  # noqa: S311 - moments that can be repeated, not secrets
    news = SimpleQueue[int]()
    header = Signer.open(tmp_path, SystemClock()).headers(OFFICER)["authorization"]
    token = header.removeprefix("Bearer ")
    with Receiver(tmp_path) as receiver, ThreadPoolExecutor(UPLOADS) as threads:
        senders: list[Sender] = []
        for number in range(UPLOADS):
            film = tmp_path / f"film{number}"
            film.write_bytes(rng.randbytes(FILM_BYTES) + os.urandom(number))
            size = CHUNKS_BYTES[number]
            senders.append(Sender(receiver.base_url, token, film, uuid4(), size, news))
        sent = [threads.submit(sender.send) for sender in senders]
        kill_at_random(receiver, news, rng)
        assert [future.result(timeout=60) for future in sent] == [[]] * UPLOADS
    kept = {path.name: path.stat().st_size for path in (tmp_path / "objects").glob("??/*")}
    assert kept == {digest(s.film): s.film.stat().st_size for s in senders}
    assert {digest(path) for path in (tmp_path / "objects").glob("??/*")} == set(kept)
    assert stored(tmp_path) == {
        str(clip_id_of(OFFICER.agency_id, sender.client_id)): 1 for sender in senders
    }


def stored(data: Path) -> Counter[str]:
    """How often each clip was announced as stored."""
    with sqlite3.connect(data / "ingest.db") as db:
        rows = db.execute("SELECT key FROM outbox WHERE type = 'ingest.clip.stored.v1'").fetchall()
    db.close()
    return Counter(key for (key,) in rows)
