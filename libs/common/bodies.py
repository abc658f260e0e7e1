"""Bounds what a client may send: a body is refused as soon as it is too long, never buffered."""

from http import HTTPStatus
from typing import ClassVar, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import AppError, problem

BODY_SIZE_MAX_BYTES: Final = 256 * 1024
"""A form with its reasons and lists; films go through routes that stream."""


class BodyTooLargeError(AppError):
    """The body is longer than any form of this product; nothing of it was used."""

    code: ClassVar[str] = "common.body-too-large"
    status: ClassVar[HTTPStatus] = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    title: ClassVar[str] = "提交的内容过大"


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
            await _refusal()(scope, receive, send)
            return
        body = _Counted(receive, send)
        await self._app(scope, body.receive, body.send)
        if body.is_too_long:
            await _refusal()(scope, receive, send)


class _Counted:
    """A request whose body is counted; once too long, the route's answer is of no interest."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._received_bytes = 0

    @property
    def is_too_long(self) -> bool:
        return self._received_bytes > BODY_SIZE_MAX_BYTES

    async def receive(self) -> Message:
        message = await self._receive()
        self._received_bytes += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.is_too_long else message

    async def send(self, message: Message) -> None:
        if not self.is_too_long:
            await self._send(message)


def _announced_bytes(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _refusal() -> ASGIApp:
    error = BodyTooLargeError
    return problem(error.status, error.code, error.title)
