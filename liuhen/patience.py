"""Keeps connections few, and closes those that do not get on: the server itself never tires."""

from asyncio import TimerHandle, Transport
from http import HTTPStatus
from operator import attrgetter
from typing import Any, ClassVar, Final

from typing_extensions import override
from uvloop import Loop

from common.addresses import place_of
from common.direct_bodies import DirectProtocol
from common.errors import AppError, problem
from common.informational import InformingProtocol

HEAD_MAX_S: Final = 20.0
"""How long a request's head may take, from connecting or from the answer before it; and the rest of
a body whose answer is out. A phone needs a second; who needs more than this holds a place that
others want (a "slow loris")."""
STALL_MAX_S: Final = 120.0
"""How long nothing of a body may come, or nothing of an answer be taken. A film comes as slowly as
it must, and a phone that was away this long resumes where it was (tus)."""
UNUSED_MAX_BYTES: Final = 64 * 1024
"""The most that is taken without any of it being a body or the end of something: a head, or the
trailers after a body. Ours are below 4 KiB."""
HANDSHAKE_MAX_S: Final = 10.0
"""How long TLS may take to begin or to end. Before that there is no connection to count."""
REQUESTS_MAX: Final = 512
"""Requests under way at once; who comes later is told to come again, except about our health."""
CONNECTIONS_MAX: Final = 640
"""Connections at once. As more than the requests, they leave room to tell it on."""
PLACE_CONNECTIONS_MAX: Final = 128
"""Connections from one place: a bureau behind one address fits in, and nobody fills the door."""
HEALTH: Final = (b"/healthz", b"/readyz")


class FullError(AppError):
    """As many requests are under way as there may be; nothing of this one was used."""

    code: ClassVar[str] = "liuhen.full"
    status: ClassVar[HTTPStatus] = HTTPStatus.SERVICE_UNAVAILABLE
    title: ClassVar[str] = "请求过多，请稍后再试"


_TURNED_AWAY: Final = problem(FullError.status, FullError.code, FullError.title)
_TURNED_AWAY.headers.update({"Retry-After": "5", "Connection": "close"})


class PatientLoop(Loop):
    """The server's event loop, with an end to handshakes that it has no option for."""

    @override
    async def create_server(self, *args: Any, **options: Any) -> Any:
        if options.get("ssl"):
            options["ssl_handshake_timeout"] = options["ssl_shutdown_timeout"] = HANDSHAKE_MAX_S
        return await super().create_server(*args, **options)


class PatientProtocol(DirectProtocol, InformingProtocol):
    """uvicorn's protocol with an end to its patience, whenever the other side has to move.

    Source: CWE-400; uvicorn has a limit between requests, but none within one.
    """

    head_max_s: ClassVar[float] = HEAD_MAX_S
    stall_max_s: ClassVar[float] = STALL_MAX_S
    requests_max: ClassVar[int] = REQUESTS_MAX
    connections_max: ClassVar[int] = CONNECTIONS_MAX
    app: Any
    waits_until: float = 0.0
    _timer: TimerHandle | None = None
    _unused_bytes: int = 0
    _is_received: bool = True
    """Whether the request before was received whole; it may be answered earlier."""

    @override
    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self._product = self.app
        self._go_on()
        self._make_room(self._others, self.connections_max)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        self._unused_bytes += len(data)
        super().data_received(data)
        if self._unused_bytes > UNUSED_MAX_BYTES:
            self.transport.abort()
        elif not (self._is_received or self.is_answered):
            self._go_on()

    @override
    def on_headers_complete(self) -> None:
        is_full = len(self.tasks) >= self.requests_max
        is_health = self.url.partition(b"?")[0].endswith(HEALTH)
        self.app = _TURNED_AWAY if is_full and not is_health else self._product
        super().on_headers_complete()
        self._is_received = False
        self._go_on()

    @override
    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        self._unused_bytes = 0

    @override
    def body_moved(self) -> None:
        self._go_on()

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._unused_bytes = 0
        self._is_received = True
        self._go_on()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._go_on()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._go_on()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._go_on()

    def _go_on(self) -> None:
        """Wait for the other side as long as it may take now; not at all while it waits for us."""
        if self.is_answered:
            self._wait(self.head_max_s)
        elif self._is_received and not self.flow.write_paused:
            self._stop()
        else:
            self._wait(self.stall_max_s)

    @property
    def _others(self) -> list["PatientProtocol"]:
        connections = (it for it in self.connections if isinstance(it, PatientProtocol))
        return [it for it in connections if it is not self and not it.transport.is_closing()]

    def _make_room(self, others: list["PatientProtocol"], at_most: int) -> None:
        """Close the one that has rested longest; where none rests, this one."""
        if len(others) >= at_most:
            resting = (other for other in others if other.is_answered)
            min(resting, key=attrgetter("waits_until"), default=self).transport.abort()

    @property
    def is_answered(self) -> bool:
        """Whether nothing is asked of us just now."""
        cycle: Any = self.cycle  # None before the first head
        return cycle is None or cycle.response_complete

    def _wait(self, seconds: float) -> None:
        self._stop()
        self.waits_until = self.loop.time() + seconds
        self._timer = self.loop.call_later(seconds, self._lose_patience)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _lose_patience(self) -> None:
        if self.flow.read_paused and not (self.waits_for_body or self.flow.write_paused):
            self._wait(self.stall_max_s)  # it is we who do not get on
            return
        self.transport.close()  # what was said may still be taken, for a while
        self._timer = self.loop.call_later(self.stall_max_s, self.transport.abort)


class ProxiedProtocol(PatientProtocol):
    """Behind a proxy: without interim answers, for not every proxy knows them.

    nginx 1.22 took one for the final answer, and passed on what followed as its body: over HTTP/2
    that is the end of the request.
    """

    informs: ClassVar[bool] = False


class FairProtocol(PatientProtocol):
    """Where callers can be told apart: nobody has more than their share of the connections."""

    place_connections_max: ClassVar[int] = PLACE_CONNECTIONS_MAX
    place: str = ""

    @override
    def connection_made(self, transport: Transport) -> None:
        super().connection_made(transport)
        self.place = place_of(self.client and self.client[0])
        neighbours = [it for it in self._others if getattr(it, "place", "") == self.place]
        self._make_room(neighbours, self.place_connections_max)
