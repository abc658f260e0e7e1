"""The dock's client, driven in the house: a card with a manifest goes through its own routes."""

import asyncio
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import httpx
from typing_extensions import override

from common.auth import Requester
from dock import card, manifest, reporting
from dock.plan import Stated, plan, read_manifest
from dock.pushing import Outcome, Push
from dock.server import Account, Given, Server
from dock.telling import Lines
from tests.support.house import House, settle

NAME: Final = "DSJ_20260105_090000_0001.MP4"
"""Of a film that began at 9 in the morning of the day of most tests, where the law rules."""
ENDED: Final = datetime(2026, 1, 5, 1, 2, tzinfo=UTC)
HEADER: Final = {
    "format": "liuhen-manifest",
    "version": 1,
    "exported_at": "2026-01-05T18:00:00+08:00",
    "device_no": "执法仪-0017",
    "carrier": "body_camera",
    "brand": "某牌",
    "model": "X-1",
}
ENTRY: Final = {
    "recorded_start": "2026-01-05T09:00:00+08:00",
    "recorded_end": "2026-01-05T09:02:00+08:00",
    "case_hint": "某加工厂",
}


class InHouse(httpx.BaseTransport):
    """Carries what a client of other threads asks to the product of the test's own loop."""

    def __init__(self, h: House) -> None:
        self._h = h
        self._loop = asyncio.get_running_loop()

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = self._h.client.request(
            request.method,
            request.url.raw_path.decode(),
            headers=request.headers,
            content=request.read(),
        )
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop).result()
        return httpx.Response(
            answer.status_code, headers=answer.headers, content=answer.content, request=request
        )


def write_film(folder: Path, name: str = NAME, content: bytes = b"film" * 100) -> Path:
    """A film of two minutes by its name and the card's file system; its bytes say nothing."""
    path = folder / name
    path.write_bytes(content)
    ns = int(ENDED.timestamp()) * 10**9
    os.utime(path, ns=(ns, ns))
    return path


def write_manifest(folder: Path, *films: Path, **other: object) -> None:
    entries = [ENTRY | {"path": film.name, "size_bytes": film.stat().st_size} for film in films]
    lines = [json.dumps(line, ensure_ascii=False) for line in (HEADER | other, *entries)]
    (folder / manifest.NAME).write_text("\n".join(lines) + "\n", encoding="utf-8")


async def pushed(h: House, who: Requester, folder: Path) -> list[Outcome]:
    """Push a card as the dock's command does, and let every service hear of it."""
    stated = Stated.model_validate(
        {"device_no": HEADER["device_no"], "carrier": "body_camera", "filmed_by": who.subject}
    )
    told, _ = read_manifest(folder) or (None, None)
    planned = plan(folder, card.look(folder), told, stated, ZoneInfo("Asia/Shanghai"))
    token = Given(h.signer.headers(who)["authorization"].removeprefix("Bearer "))
    with httpx.Client(transport=InHouse(h), base_url="http://product.example") as client:
        push = Push(Server(client, token), folder, Lines(lambda _: None), budget_s=5)
        account = Account(who.subject, who.agency_id)
        outcomes = await asyncio.to_thread(push.run, planned, account)
        assert await asyncio.to_thread(reporting.tell, push, planned) == []
    await settle(h.app)
    return outcomes
