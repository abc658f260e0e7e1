"""Closes connections that do not get round to asking: the server's own protocol never tires."""

from asyncio import TimerHandle, Transport
from typing import Any, ClassVar, Final

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_MAX_S: Final = 20.0
"""How long a request's head may take, from connecting or from the answer before it. A phone needs a
second; who needs more than this holds a place that others want (a "slow loris")."""
HEADER_MAX_BYTES: Final = 64 * 1024
"""The longest head that is waited for; ours are below 4 KiB."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience: for heads, never for bodies.

    A film comes over a bad network as slowly as it must: the timer runs only while no request is
    under way. Source: CWE-400; uvicorn has a limit between requests, but none within a head.
    """

    header_max_s: ClassVar[float] = HEADER_MAX_S
    _timer: TimerHandle | None = None
    _head_bytes: int = 0
    _is_received: bool = True
    """Whether the request before was received whole; it may be answered earlier."""

    @override
    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self._await_head()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        waiting = self._timer
        super().data_received(data)
        if waiting is not None and waiting is self._timer:
            self._head_bytes += len(data)
            if self._head_bytes > HEADER_MAX_BYTES:
                self.transport.close()

    @override
    def on_headers_complete(self) -> None:
        self._stop()
        self._is_received = False
        super().on_headers_complete()

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_received = True
        self._await_next()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._await_next()

    def _await_next(self) -> None:
        cycle: Any = self.cycle  # None where the head was none
        if self._is_received and cycle is not None and cycle.response_complete:
            self._await_head()

    def _await_head(self) -> None:
        self._stop()
        self._head_bytes = 0
        self._timer = self.loop.call_later(self.header_max_s, self.transport.close)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
