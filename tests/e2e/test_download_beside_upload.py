"""Somebody watches a film while it and another one of the agency come in: all three go through.

Method: the product on its own door. One person reads a view piece by piece, and between any two
pieces two others send one each, so that none of the three can end before the others are under way.
"""

from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import anyio
import httpx
import pytest

from common.auth import Requester
from common.clock import SystemClock
from liuhen.demo.run import running
from tests.support.house import House, house
from tests.support.people import Signer
from tests.support.raw import Line
from tests.support.said import say
from tests.support.showing import (
    COLLEAGUE,
    HANDLER,
    HEAD,
    V1,
    activated,
    approve,
    ask,
    handled,
    linked,
    opened,
)
from tests.support.uploads import CHUNK, TUS, header, upload
from tests.support.words import metadata

PIECE: Final = 512 * 1024
PIECES: Final = 48
"""24 MiB, several times what the sockets of both sides keep for each other."""
DICE: Final = Random(20261122)  # noqa: S311 - films
WATCHED, OTHER = (DICE.randbytes(PIECE * PIECES) for _ in range(2))


async def view_of(h: House, clip_id: UUID) -> dict[str, Any]:
    """A view of a clip of an open case, with the handling unit's consent."""
    link = linked().model_copy(update={"clip_id": clip_id})
    await say(h, activated(), opened(), handled(), link)
    asked = await ask(h, COLLEAGUE, clip_id=clip_id)
    assert asked.status_code == 201, asked.text
    request = f"{V1}/requests/{asked.json()['request_id']}"
    assert (await approve(h, HEAD, request, "consent")).json()["outcome"] == "granted"
    return await h.done(COLLEAGUE, "POST", f"{request}/views")


async def taken_in(data: Path) -> dict[str, Any]:
    async with house(data, SystemClock()) as h:
        return await view_of(h, await upload(h, HANDLER, WATCHED))


@pytest.fixture
def view(tmp_path: Path) -> dict[str, Any]:
    """A film that was taken in by a product that has ended since, and may be watched."""
    return anyio.run(taken_in, tmp_path)


def authorized(data: Path, who: Requester) -> dict[str, str]:
    return Signer.open(data, SystemClock()).headers(who)


def begin_to_send(line: Line, address: str, film: bytes, as_officer: dict[str, str]) -> UUID:
    """Announce a film, say the head of the request that carries it, and return the clip's id."""
    words = header(metadata(HANDLER, uuid4(), sha256(film).hexdigest()))
    said = TUS | as_officer | {"upload-length": str(len(film)), "upload-metadata": words}
    announced = httpx.post(f"{address}/ingest/uploads/", headers=said)
    assert announced.status_code == 201, announced.text
    of_bytes = {"content-type": CHUNK, "upload-offset": "0", "content-length": str(len(film))}
    line.head("PATCH", urlsplit(announced.headers["location"]).path, TUS | as_officer | of_bytes)
    return UUID(announced.headers["clip-id"])


def test_a_film_is_watched_while_it_and_another_come_in(
    tmp_path: Path, view: dict[str, Any]
) -> None:
    officer = authorized(tmp_path, HANDLER)
    colleague = authorized(tmp_path, COLLEAGUE)
    with running(tmp_path, 0) as address:
        port = int(address.rpartition(":")[2])
        with (
            Line(port) as again,
            Line(port) as other,
            httpx.stream("GET", address + view["content"], headers=colleague) as shown,
        ):
            ids = [
                begin_to_send(again, address, WATCHED, officer),
                begin_to_send(other, address, OTHER, officer),
            ]
            pieces = shown.iter_raw(PIECE)
            seen = [next(pieces)]
            for at in range(0, len(WATCHED), PIECE):
                again.say(WATCHED[at : at + PIECE])
                other.say(OTHER[at : at + PIECE])
                seen.append(next(pieces, b""))
            assert [again.hear().status, other.hear().status] == [204, 204]
        kept = [
            httpx.get(f"{address}/ingest/v1/clips/{it}", headers=officer).json()["state"]
            for it in ids
        ]
    assert shown.status_code == 200
    assert b"".join(seen) == WATCHED
    assert kept == ["resubmitted", "stored"]
