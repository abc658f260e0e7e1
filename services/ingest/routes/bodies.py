"""The bytes that a request brings, by the shortest way that the server has."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import Request
from starlette.requests import ClientDisconnect

from common import direct_bodies
from ingest.errors import ConnectionCutError


def brings_bytes(request: Request) -> bool:
    """Whether a request has a body."""
    headers = request.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def pieces(request: Request) -> AsyncGenerator[bytes | memoryview]:
    """A request's body in order, once. Each piece is good until the next is asked for.

    Raises:
        ConnectionCutError: after the last byte that came.
    """
    taken = direct_bodies.take(request.scope)
    body = taken.pieces() if taken else request.stream()
    try:
        async with aclosing(body):
            async for piece in body:
                yield piece
    except (ClientDisconnect, direct_bodies.CutError) as error:
        raise ConnectionCutError from error
