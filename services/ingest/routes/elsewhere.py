"""Hands a request on to the replica in whose spool the upload's bytes lie (ADR 0023).

The client sees one server. The bytes pass through unread; a client that is cut off cuts off the
other replica as well, which keeps what has come.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, nullcontext
from typing import Final
from urllib.parse import urlsplit

import anyio
import h11
from anyio.abc import ByteStream
from fastapi import Request, Response

from common import errors
from ingest.adapters.bodies import Bodies
from ingest.errors import BusyError, ConnectionCutError, ElsewhereError, ReplicaAwayError
from ingest.routes import bodies

CONNECT_S: Final = 5
ANSWER_S: Final = 900
"""After its last byte a film of 8 GiB is read again and put into the store before the answer."""
READ_BYTES: Final = 64 * 1024
HANDED_ON: Final = "liuhen-handed-on"
"""A header that says so: no request goes round in circles between replicas that disagree."""
OURS: Final = frozenset({b"host", b"origin", b"expect", b"connection", b"keep-alive"})
"""Headers of the request that were for this replica: it admits origins and asked for the body."""
NOT_ON: Final = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"date", b"server"})
"""Headers of the answer that belong to one connection."""


class Replicas:
    """The others, by their numbers."""

    def __init__(self, urls: Sequence[str], bodies: Bodies) -> None:
        self._urls = urls
        self._bodies = bodies

    async def hand_on(self, request: Request, error: Exception) -> Response:
        """Answer as the right replica does; an exception handler for `ElsewhereError`."""
        if not isinstance(error, ElsewhereError):
            raise error
        if HANDED_ON in request.headers:  # the two do not agree on who is which
            return errors.answer(ReplicaAwayError())
        url = urlsplit(self._urls[error.replica])
        try:
            with anyio.fail_after(CONNECT_S):
                stream = await anyio.connect_tcp(
                    url.hostname or "", url.port or 80, tls=url.scheme == "https"
                )
            async with stream:
                with self._bodies.one() if bodies.brings_bytes(request) else nullcontext():
                    return await _ask(request, stream, url.netloc)
        except BusyError as busy:
            return errors.answer(busy)
        except (OSError, anyio.BrokenResourceError, h11.RemoteProtocolError):
            return errors.answer(ReplicaAwayError())
        except anyio.ClosedResourceError:
            return Response()  # the client is gone: nobody is there to be answered


async def _ask(request: Request, stream: ByteStream, host: str) -> Response:
    """Send the request and hear the answer, which may come before the last of the body."""
    said = [(name, value) for name, value in request.headers.raw if name not in OURS]
    said += [(b"host", host.encode()), (b"connection", b"close"), (HANDED_ON.encode(), b"1")]
    connection = h11.Connection(h11.CLIENT)
    head = h11.Request(method=request.method, target=request.scope["raw_path"], headers=said)
    await stream.send(connection.send(head) or b"")
    passing_on = asyncio.create_task(_pass_on(request, connection, stream))
    try:
        with anyio.fail_after(None) as waiting:

            def wait_no_longer_than_that(_: object) -> None:
                waiting.deadline = anyio.current_time() + ANSWER_S

            passing_on.add_done_callback(wait_no_longer_than_that)
            return await _heard(connection, stream)
    finally:
        passing_on.cancel()


async def _pass_on(request: Request, connection: h11.Connection, stream: ByteStream) -> None:
    try:
        if bodies.brings_bytes(request):
            body = bodies.Body(request)
            while await body.more():
                for piece in body.here():
                    await stream.send(connection.send(h11.Data(data=bytes(piece))) or b"")
        await stream.send(connection.send(h11.EndOfMessage()) or b"")
    except ConnectionCutError:
        await stream.aclose()
    except (anyio.BrokenResourceError, anyio.ClosedResourceError):
        return  # it has heard enough; why, its answer says


async def _heard(connection: h11.Connection, stream: ByteStream) -> Response:
    answer = Response()
    body = b""
    async with aclosing(_events(connection, stream)) as events:
        async for event in events:
            if isinstance(event, h11.Response):
                answer.status_code = event.status_code
                for name, value in event.headers:
                    if name not in NOT_ON:
                        answer.headers[name.decode()] = value.decode("latin-1")
            elif isinstance(event, h11.Data):
                body += event.data
    answer.body = body
    return answer


async def _events(connection: h11.Connection, stream: ByteStream) -> AsyncGenerator[h11.Event]:
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            try:
                connection.receive_data(await stream.receive(READ_BYTES))
            except anyio.EndOfStream:
                connection.receive_data(b"")
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            return
        elif not isinstance(event, type):
            yield event
