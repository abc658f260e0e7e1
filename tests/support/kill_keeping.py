"""Keeps film after film, killed (-9) at every moment at which something became durable or was sent.

Run as a program on a data folder and a store's address. Every third film is not what was announced,
and of every fourth of the others nobody has said what it should be.
Prints, for each film, its clip and digest and how its process ended; then a last process starts on
all that the dead ones left.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import anyio
from sqlalchemy import event
from urllib3.connectionpool import HTTPConnectionPool

from common import objects_s3, s3_sending
from common.bus_embedded import EmbeddedBus
from common.clock import SystemClock
from common.db import Database
from common.fence import acting_for_all
from contracts.identity import Role
from contracts.ingest import Carrier
from ingest.app import create_app
from ingest.domain.announcement import Announcement
from ingest.operations.announcing import announce
from ingest.operations.context import Context
from ingest.operations.finishing import finish
from ingest.operations.intake import Intake
from ingest.settings import Settings
from liuhen.services import sqlite_url
from tests.support.people import person

PART = 5 * 1024**2
FILM_BYTES = 2 * PART + 1000
OFFICER = person(Role.OFFICER, agency_id=UUID(int=2))
FILMS_MAX = 200
R = TypeVar("R")


class Moments:
    """Counts what becomes durable here or in the store, and kills the process at one of them."""

    def __init__(self, last: int) -> None:
        self._left = last

    def after(self, act: Callable[..., R]) -> Callable[..., R]:
        def acting(*words: Any, **more: Any) -> R:  # noqa: ANN401 - whatever it takes
            done = act(*words, **more)
            self.passed()
            return done

        return acting

    def passed(self, *_: object) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, ctx: Context) -> None:
        for name in ("fsync", "fdatasync", "unlink", "link", "truncate"):
            setattr(os, name, self.after(getattr(os, name)))
        HTTPConnectionPool.urlopen = self.after(HTTPConnectionPool.urlopen)
        event.listen(ctx.db.engine, "commit", self.passed)


def settings(data: Path, store_url: str) -> Settings:
    return Settings(
        database_url=sqlite_url(data, "ingest"),
        bus_url=sqlite_url(data, "bus"),
        jwks_url=(data / "keys" / "jwks.json").as_uri(),
        objects_url=store_url,
        spool_dir=data / "spool",
    )


def opened(data: Path, store_url: str) -> Any:  # noqa: ANN401 - an application's state
    bus = EmbeddedBus(Database(sqlite_url(data, "bus")))
    return create_app(settings(data, store_url), bus, SystemClock()).state


def film(number: int) -> bytes:
    return Random(number).randbytes(FILM_BYTES)  # noqa: S311 - dice, not a secret


def announced(number: int) -> Announcement:
    digest = sha256(film(number)).hexdigest() if number % 4 else None
    now = SystemClock().now()
    return Announcement(
        clip_id=UUID(int=number),
        sha256="0" * 64 if number % 3 == 0 else digest,
        recorded_start=now.replace(year=2025),
        recorded_end=now,
        carrier=Carrier.PHONE,
        filmed_by=OFFICER.subject,
        device_no="17",
        filename="film.mp4",
        filetype="video/mp4",
    )


def keep(data: Path, store_url: str, number: int) -> None:
    ctx: Context = opened(data, store_url).ctx
    upload, _ = announce(ctx, OFFICER, announced(number), FILM_BYTES)
    with closing(Intake(ctx, OFFICER, upload)) as intake:
        intake.take([memoryview(film(number))])
        intake.finish()
    Moments(number).watch(ctx)
    finish(ctx, upload.upload_id)


def finish_all(data: Path, store_url: str) -> None:
    state = opened(data, store_url)

    async def step() -> None:
        while await state.steps["finaliser"](0):
            pass

    anyio.run(step)


def in_a_process(act: Callable[..., None], *words: object) -> int:
    """How a process ended that did this; negative: killed."""
    child = os.fork()
    if child == 0:
        with acting_for_all():
            act(*words)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(data: Path, store_url: str) -> None:
    for module in (s3_sending, objects_s3):  # S3 takes no smaller ones
        setattr(module, "PART_MIN_BYTES", PART)  # noqa: B010 - a constant
    for number in range(1, FILMS_MAX):
        ended = in_a_process(keep, data, store_url, number)
        said = {"sha256": sha256(film(number)).hexdigest(), "ended": ended}
        print(json.dumps(said), flush=True)  # noqa: T201 - read by the test
        if ended != -signal.SIGKILL:
            break
    print(json.dumps(in_a_process(finish_all, data, store_url)))  # noqa: T201 - read by the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
