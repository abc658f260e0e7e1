"""A tus client that sends one film over lines that break, and remembers what it was promised."""

import asyncio
import hashlib
from asyncio import StreamReader, StreamWriter
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from common.auth import Requester
from tests.support.uploads import TUS, header
from tests.support.words import metadata

PATIENCE_S: Final = 20.0
"""How long a request may take on a machine that also starts servers."""
SILENCE_S: Final = 3.0
"""How long an answer may take once all was sent; a half-open line never brings it."""
REQUESTS_BYTES: Final = (100_000, 700_001, 3_000_000, 9_000_000, 40_000_000)
PIECE_BYTES: Final = 256 * 1024
TWICE, WITH_CHECKSUM = 0.2, 0.15
Line = Callable[[], tuple[str, int]]


class Lost(NamedTuple):
    """An acknowledged byte that the server asked for again."""

    promised: int
    offered: int


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]


@dataclass
class Halfway:
    """The middle of a request's body, where a client falls silent for a while."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Courier:
    """Sends until the server says that it has all."""

    officer: Requester
    authorization: str
    film: bytes
    client_id: UUID
    lines: Sequence[Line]
    """Ways to a server, one of which is chosen for each request."""
    dice: Random
    news: asyncio.Event
    """Set when a server was heard of."""
    pause_s: float = 0
    """How long it waits where it was refused or not heard."""
    halfway: Halfway | None = None
    """Where its first request with bytes stops, which then holds the whole film."""
    promised: int = 0
    sent_bytes: int = 0
    lost: list[Lost] = field(default_factory=list[Lost])
    answers: Counter[int] = field(default_factory=Counter[int])
    """By their status; nothing came: 0."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.film).hexdigest()

    async def send(self) -> None:
        location = await self._begin()
        while True:
            offset = await self._ask(location)
            if offset is None:
                continue
            if offset == len(self.film):
                return
            if self.halfway:
                await self._append(location, offset, len(self.film) - offset, self.lines[0])
                continue
            size = min(self.dice.choice(REQUESTS_BYTES), len(self.film) - offset)
            lines = [self.dice.choice(self.lines)]
            if self.dice.random() < TWICE:  # a client that gave up too early and sends it again
                lines = [self.lines[0], self.lines[-1]]
            await asyncio.gather(*(self._append(location, offset, size, line) for line in lines))

    async def _begin(self) -> str:
        words = metadata(self.officer, self.client_id, self.sha256)
        said = {"upload-length": str(len(self.film)), "upload-metadata": header(words)}
        while True:
            answer = await self._request("POST", "/ingest/uploads/", said)
            if answer and answer.status in {200, 201}:
                return answer.headers["location"]

    async def _ask(self, location: str) -> int | None:
        answer = await self._request("HEAD", location, {})
        if answer is None or answer.status != 200:
            return None
        self._hear(int(answer.headers["upload-offset"]))
        return self.promised

    async def _append(self, location: str, offset: int, size: int, line: Line) -> None:
        content = self.film[offset : offset + size]
        said = {
            "content-type": "application/offset+octet-stream",
            "upload-offset": str(offset),
        }
        if self.dice.random() < WITH_CHECKSUM:
            said["upload-checksum"] = (
                f"sha256 {b64encode(hashlib.sha256(content).digest()).decode()}"
            )
        answer = await self._request("PATCH", location, said, content, line)
        if answer and "upload-offset" in answer.headers:  # also of a refusal: it is a promise
            self._hear(int(answer.headers["upload-offset"]), is_late=True)

    def _hear(self, offset: int, *, is_late: bool = False) -> None:
        """A late answer may be older than one that was heard meanwhile."""
        if offset < self.promised and not is_late:
            self.lost.append(Lost(self.promised, offset))
        self.promised = offset if not is_late else max(self.promised, offset)

    async def _request(
        self,
        method: str,
        path: str,
        said: Mapping[str, str],
        content: bytes = b"",
        line: Line | None = None,
    ) -> Answer | None:
        headers = {
            **TUS,
            **said,
            "host": "ingest",
            "connection": "close",
            "authorization": self.authorization,
            "content-length": str(len(content)),
        }
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *map(": ".join, headers.items()), "", ""])
        answer = None
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(PATIENCE_S):
                reader, writer = await asyncio.open_connection(
                    *(line or self.dice.choice(self.lines))()
                )
                try:
                    answer = await self._exchange(reader, writer, head.encode(), content)
                finally:
                    writer.transport.abort()
                    await writer.wait_closed()
        self.answers[answer.status if answer else 0] += 1
        if answer:
            self.news.set()
        if self.pause_s and (answer is None or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR):
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), self.pause_s)
        return answer

    async def _exchange(
        self, reader: StreamReader, writer: StreamWriter, head: bytes, content: bytes
    ) -> Answer:
        writer.write(head)
        for start in range(0, len(content), PIECE_BYTES):
            writer.write(content[start : start + PIECE_BYTES])
            await writer.drain()
            if self.halfway and content and start + PIECE_BYTES >= len(content) / 2:
                halfway, self.halfway = self.halfway, None
                halfway.reached.set()
                await halfway.go_on.wait()
            self.sent_bytes += min(PIECE_BYTES, len(content) - start)
        await writer.drain()
        async with asyncio.timeout(SILENCE_S):
            lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(": ") for line in lines[1:-2])
        return Answer(int(lines[0].split()[1]), {key.lower(): value for key, _, value in pairs})
