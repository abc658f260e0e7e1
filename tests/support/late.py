"""A body camera in the house: it hashes while it sends, and says a digest when it is done."""

from base64 import b64encode
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from tests.support.house import House, settle
from tests.support.uploads import TUS, header, send
from tests.support.words import metadata

PLACE = "/ingest/uploads/"


def digest(content: bytes) -> str:
    """As `Repr-Digest` says it."""
    return f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"


def words_without_digest(who: Requester, client_id: UUID | None = None, **other: str) -> str:
    pairs = metadata(who, client_id or uuid4(), "", **other)
    return header({key: value for key, value in pairs.items() if value})


async def announce(
    h: House, who: Requester, film: bytes, words: str | None = None, **more: str
) -> httpx.Response:
    """Announce a film without its digest, unless `more` has it as a header."""
    headers = {
        "upload-length": str(len(film)),
        "upload-metadata": words or words_without_digest(who),
    }
    return await h.call(who, "POST", PLACE, headers=TUS | headers | more)


async def begin(h: House, who: Requester, film: bytes) -> tuple[str, UUID]:
    begun = await announce(h, who, film)
    assert begun.status_code == 201, begun.text
    return begun.headers["location"], UUID(begun.headers["clip-id"])


async def keep(h: House, who: Requester, film: bytes) -> tuple[str, UUID]:
    """A film that is kept, of which nobody has said what it should be; every service has heard."""
    place, clip_id = await begin(h, who, film)
    answer = await send(h, who, place, 0, film)
    assert answer.status_code == 204, answer.text
    await settle(h.app)
    return place, clip_id


async def say_digest(h: House, who: Requester, place: str, said: bytes) -> httpx.Response:
    """Say that the film is the bytes `said`."""
    return await h.call(who, "PUT", f"{place}/digest", headers={"repr-digest": digest(said)})


def told(answer: httpx.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["code"] if answer.content else None
