"""An officer's client in the house: announces a film and sends it in pieces, as tus asks."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx

from common.auth import Requester
from contracts.retention import ClipScheduled
from tests.support.house import House, settle
from tests.support.words import metadata

TUS = {"tus-resumable": "1.0.0"}
CHUNK = "application/offset+octet-stream"


def header(pairs: Mapping[str, str]) -> str:
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in pairs.items())


async def announce(
    h: House, who: Requester, film: bytes, client_id: UUID | None = None, **other: str
) -> httpx.Response:
    pairs = metadata(who, client_id or uuid4(), sha256(film).hexdigest(), **other)
    headers = TUS | {"upload-length": str(len(film)), "upload-metadata": header(pairs)}
    return await h.call(who, "POST", "/ingest/uploads/", headers=headers)


async def send(
    h: House,
    who: Requester,
    location: str,
    offset: int,
    content: bytes | AsyncIterator[bytes],
    **more: str,
) -> httpx.Response:
    headers = TUS | {
        "content-type": "application/offset+octet-stream",
        "upload-offset": str(offset),
    }
    return await h.call(who, "PATCH", location, headers=headers | more, content=content)


async def ask(h: House, who: Requester, location: str) -> httpx.Response:
    return await h.call(who, "HEAD", location, headers=TUS)


async def upload(h: House, who: Requester, film: bytes, client_id: UUID | None = None) -> UUID:
    """Announce and send a film at once, let every service hear of it, and return the clip's id."""
    location, clip_id = await begin(h, who, film, client_id)
    answer = await send(h, who, location, 0, film)
    assert answer.status_code == 204, answer.text
    await settle(h.app)
    return clip_id


async def begin(
    h: House, who: Requester, film: bytes, client_id: UUID | None = None
) -> tuple[str, UUID]:
    """Announce a film, and return where its bytes go and what the clip is called."""
    announced = await announce(h, who, film, client_id)
    assert announced.status_code == 201, announced.text
    return announced.headers["location"], UUID(announced.headers["clip-id"])


async def clip(h: House, who: Requester, clip_id: UUID) -> Any:  # noqa: ANN401 - JSON
    answer = await h.call(who, "GET", f"/ingest/v1/clips/{clip_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def scheduled(who: Requester, clip_id: UUID, keep_until: date | None) -> ClipScheduled:
    """As retention announces it to the agency of `who`; for ever without a day."""
    return ClipScheduled(
        agency_id=who.agency_id,
        clip_id=clip_id,
        case_id=uuid4(),
        keep_until=keep_until,
        class_id="long",
        rule_id="a-rule",
        pack_sha256="0" * 64,
    )
