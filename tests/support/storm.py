"""Many films at once over bad lines to a real ingest that is killed again and again.

While nobody lives, no row says more than its file holds. In the end each film is kept once and
exactly, and no client was ever asked for a byte that it had been told was safe.
"""

import asyncio
import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final
from uuid import UUID, uuid4

from common.clock import SystemClock
from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from tests.support.courier import Courier
from tests.support.people import Signer, person
from tests.support.receiver import Receiver
from tests.support.toxic import Toxic

FILMS_BYTES: Final = (300_000, 5_000_000, 12_000_000, 40_000_000)
COMMIT_BYTES: Final = 512 * 1024
"""So that a kill mostly falls between two commit points of a request."""
LIFE_MAX_S: Final = 0.8
BEGINNING_MAX_S: Final = 20.0
END_S: Final = 240.0
"""How long the films may take once nothing is killed any more."""
OFFICER: Final = person(Role.OFFICER, agency_id=uuid4())


@dataclass
class Storm:
    """What happened."""

    films: int
    kills: int = 0
    acknowledged_bytes: int = 0
    sent_bytes: int = 0
    lines: Counter[str] = field(default_factory=Counter[str])
    answers: Counter[int] = field(default_factory=Counter[int])
    faults: list[str] = field(default_factory=list[str])


async def storm(
    data: Path,
    seed: int,
    films: int,
    kills: int,
    processes: int = 1,
    films_bytes: Sequence[int] = FILMS_BYTES,
) -> Storm:
    """Send films while up to `kills` times one of the processes on these files is killed."""
    dice = Random(seed)  # noqa: S311 - moments that can be repeated, not secrets
    told, news = Storm(films), asyncio.Event()
    authorization = Signer.open(data, SystemClock()).headers(OFFICER)["authorization"]
    async with AsyncExitStack() as lines:
        with ExitStack() as lives:
            receivers = [
                lives.enter_context(Receiver(data, COMMIT_BYTES)) for _ in range(processes)
            ]
            toxics = [
                await lines.enter_async_context(Toxic(receiver.address, dice))
                for receiver in receivers
            ]
            couriers = [
                Courier(
                    officer=OFFICER,
                    authorization=authorization,
                    film=dice.randbytes(dice.choice(films_bytes)),
                    client_id=UUID(int=dice.getrandbits(128), version=4),
                    lines=[lambda toxic=toxic: toxic.address for toxic in toxics],
                    dice=Random(dice.random()),  # noqa: S311 - as above
                    news=news,
                )
                for _ in range(films)
            ]
            sending = asyncio.gather(*(courier.send() for courier in couriers))
            await _torment(told, sending, news, receivers, kills, dice)
    for toxic in toxics:
        told.lines += toxic.happened
    for courier in couriers:
        told.acknowledged_bytes += courier.promised
        told.sent_bytes += courier.sent_bytes
        told.answers += courier.answers
        told.faults += [f"lost: {lost}" for lost in courier.lost]
    told.faults += kept_otherwise(data, couriers)
    return told


async def _torment(
    told: Storm,
    sending: asyncio.Future[list[None]],
    news: asyncio.Event,
    receivers: Sequence[Receiver],
    kills: int,
    dice: Random,
) -> None:
    """Kill and start again while films are sent, then let these come to their end."""
    while told.kills < kills and not sending.done() and not told.faults:
        news.clear()  # a life first begins its work
        with suppress(TimeoutError):
            await asyncio.wait_for(news.wait(), BEGINNING_MAX_S)
        await asyncio.wait({sending}, timeout=dice.random() * LIFE_MAX_S)
        receiver = dice.choice(receivers)
        await asyncio.to_thread(receiver.kill)
        told.kills += 1
        if len(receivers) == 1:
            told.faults += await asyncio.to_thread(promises_without_bytes, receiver.data)
        await asyncio.to_thread(receiver.start)
    await asyncio.wait({sending}, timeout=0 if told.faults else END_S)
    if not sending.done():
        told.faults.append("not every film came to its end")
        sending.cancel()
    await asyncio.gather(sending, return_exceptions=bool(told.faults))


def promises_without_bytes(data: Path) -> list[str]:
    """Uploads whose row says more than their file holds. Asked while no process lives."""
    with sqlite3.connect(data / "ingest.db") as db:
        query = (
            'SELECT upload_id, "offset" FROM upload WHERE state = \'receiving\' AND "offset" > 0'
        )
        rows: list[tuple[str, int]] = db.execute(query).fetchall()
    db.close()
    sizes = {path.name: path.stat().st_size for path in (data / "spool").iterdir()}
    return [f"{name}: {offset}" for name, offset in rows if sizes.get(name, 0) < offset]


def kept_otherwise(data: Path, couriers: list[Courier]) -> list[str]:
    """Films that are not kept, are not exact, or were announced otherwise than once."""
    kept = {path.name: path for path in (data / "objects").glob("??/*") if path.is_file()}
    faults = [f"{name} is no film" for name in set(kept) - {c.sha256 for c in couriers}]
    for courier in couriers:
        path = kept.get(courier.sha256)
        if path is None:
            faults.append(f"{courier.client_id} is not kept")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != courier.sha256:
            faults.append(f"{courier.client_id} is not exact")
    announced = _announced(data)
    expected = {
        ("ingest.clip.stored.v1", str(clip_id_of(OFFICER.agency_id, courier.client_id))): 1
        for courier in couriers
    }
    if announced != expected:
        faults.append(f"announced otherwise than once each: {announced - Counter(expected)}")
    return faults


def _announced(data: Path) -> Counter[tuple[str, str]]:
    with sqlite3.connect(data / "ingest.db") as db:
        query = "SELECT type, key FROM outbox WHERE type IN (?, ?)"
        rows: list[tuple[str, str]] = db.execute(
            query, ("ingest.clip.stored.v1", "ingest.clip.quarantined.v1")
        ).fetchall()
    db.close()
    return Counter(rows)
