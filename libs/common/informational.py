"""Interim answers (1xx) while a body still comes: ASGI has none, so the protocol offers them."""

from asyncio import Transport
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final, TypeAlias, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

EXTENSION: Final = "http.response.informational"
"""In `scope["extensions"]`, where the server can send interim answers: `{"send": Send}`."""
PHRASES: Final = {104: "Upload Resumption Supported"}
Send: TypeAlias = Callable[[int, Mapping[str, str]], None]


def inform(scope: Mapping[str, Any], status: int, headers: Mapping[str, str]) -> None:
    """Send an interim answer, where the server can and the final one has not begun.

    To nobody who has not asked for it by a header of their own: some clients take every answer for
    the final one. RFC 9110, 15.2.
    """
    offered = scope.get("extensions", {}).get(EXTENSION)
    if offered is not None:
        cast("Send", offered["send"])(status, headers)


class InformingProtocol(HttpToolsProtocol):
    """uvicorn's protocol, offering interim answers to the application.

    Relies on what uvicorn keeps of a request: `scope`, `cycle` and what the cycle has answered.
    """

    informs: ClassVar[bool] = True
    scope: Any
    cycle: Any
    parser: Any
    transport: Transport

    @override
    def on_headers_complete(self) -> None:
        scope = self.scope
        knows_them = self.parser.get_http_version() == "1.1"
        if self.informs and knows_them:

            def send(status: int, headers: Mapping[str, str]) -> None:
                self._inform(scope, status, headers)

            scope["extensions"] = scope.get("extensions", {}) | {EXTENSION: {"send": send}}
        super().on_headers_complete()

    def _inform(self, scope: object, status: int, headers: Mapping[str, str]) -> None:
        """Write the answer, unless it would come too late or among those of another request."""
        cycle = self.cycle
        is_ours = cycle.scope is scope  # not, once a request after this one has been read
        if is_ours and not (cycle.response_started or cycle.disconnected):
            self.transport.write(_head(status, headers))


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {PHRASES[status]}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any(not line.isprintable() for line in lines):
        raise ValueError("not a header")
    return "\r\n".join([*lines, "", ""]).encode("ascii")
