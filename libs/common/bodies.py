"""Bounds a body in size and time: it is refused as soon as it is over either, never buffered."""

from http import HTTPStatus
from math import inf
from typing import ClassVar, Final

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import AppError, problem

BODY_SIZE_MAX_BYTES: Final = 256 * 1024
"""A form with its reasons and lists; films go through routes that stream."""
BODY_MAX_S: Final = 30.0
"""How long a form may take to come: 256 KiB at 70 kbit/s."""


_GONE: Final[Message] = {"type": "http.disconnect"}


class BodyTooLargeError(AppError):
    """The body is longer than any form of this product; nothing of it was used."""

    code: ClassVar[str] = "common.body-too-large"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title: ClassVar[str] = "提交的内容过大"


class BodyTooSlowError(AppError):
    """The body did not come in time; nothing of it was used."""

    code: ClassVar[str] = "common.body-too-slow"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_TIMEOUT
    title: ClassVar[str] = "提交的内容未能及时传完，请重试"


class BodyLimit:
    """ASGI middleware; paths below `streams` are left alone."""

    def __init__(self, app: ASGIApp, streams: tuple[str, ...]) -> None:
        self._app = app
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path.startswith(self._streams or ("\0",)):
            await self._app(scope, receive, send)
            return
        if _announced_bytes(scope) > BODY_SIZE_MAX_BYTES:
            await _refusal(BodyTooLargeError)(scope, receive, send)
            return
        body = _Bounded(receive, send)
        await self._app(scope, body.receive, body.send)
        if body.fault is not None:
            await _refusal(body.fault)(scope, receive, send)


class _Bounded:
    """A request whose body is watched; once it is at fault, the route's answer is of no interest.

    Not any more once the answer has begun: it cannot be taken back, and a route may well listen for
    the end of the connection all the while.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._received_bytes = 0
        self._ends_at = anyio.current_time() + BODY_MAX_S
        self._is_answering = False
        self.fault: type[AppError] | None = None

    async def receive(self) -> Message:
        message: Message | None = None
        if self.fault is None:
            with anyio.CancelScope(deadline=self._ends_at):
                message = await self._receive()
            if self._is_answering:
                return message or await self._receive()
            self.fault = self._fault_of(message)
        return _GONE if message is None or self.fault else message

    async def send(self, message: Message) -> None:
        if self.fault is None:
            self._is_answering = True
            self._ends_at = inf
            await self._send(message)

    def _fault_of(self, message: Message | None) -> type[AppError] | None:
        if message is None:
            return BodyTooSlowError
        if not message.get("more_body"):
            self._ends_at = inf
        self._received_bytes += len(message.get("body", b""))
        return BodyTooLargeError if self._received_bytes > BODY_SIZE_MAX_BYTES else None


def _announced_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _refusal(error: type[AppError]) -> ASGIApp:
    response = problem(error.status, error.code, error.title)
    if error is BodyTooSlowError:
        response.headers["Connection"] = "close"  # RFC 9110, 15.5.9
    return response
