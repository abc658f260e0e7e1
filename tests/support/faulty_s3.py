"""Stands between a client and its S3 store, and does to chosen requests what bad networks do."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import TypeAlias

from typing_extensions import override

from common.s3 import Address
from tools.engines.server import HERE

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive"}


class Fault(Enum):
    """What becomes of one request."""

    NONE = "none"
    BUSY = "busy"
    """Never reaches the store; the answer is a proxy's own 503."""
    PAGE = "page"
    """Never reaches the store; the answer is a proxy's page, in the status of a success."""
    ANSWER_LOST = "answer_lost"
    """Reaches the store, which does it; the connection breaks before the answer comes."""
    CUT = "cut"
    """Half of the answer comes."""
    OTHER_ETAG = "other_etag"
    """The answer names another ETag than the store did."""
    OTHER_BYTES = "other_bytes"
    """The answer's bytes are not those of the store."""


@dataclass(frozen=True)
class Asked:
    """One request, as far as a fault is chosen by it."""

    method: str
    path: str
    number: int
    """Counted from 1 since the start."""
    headers: dict[str, str]

    @property
    def is_part(self) -> bool:
        return self.method == "PUT" and "partNumber=" in self.path

    @property
    def is_completion(self) -> bool:
        return self.method == "POST" and "uploadId=" in self.path

    @property
    def is_reading(self) -> bool:
        is_of_a_lock = "retention" in self.path or "legal-hold" in self.path
        return self.method == "GET" and "versionId=" in self.path and not is_of_a_lock


Choice: TypeAlias = Callable[[Asked], Fault]


def sound(_asked: Asked) -> Fault:
    return Fault.NONE


@dataclass
class FaultyS3:
    """The way to a store. `choose` may be changed at any time."""

    url: str
    choose: Choice = sound
    asked: list[Asked] = field(default_factory=list[Asked])
    counting: Lock = field(default_factory=Lock)

    def parts_sent(self) -> list[Asked]:
        return [it for it in self.asked if it.is_part]


@contextmanager
def faulty(url: str) -> Generator[FaultyS3]:
    """A way to the bucket at `url`, at an address of its own."""
    at = Address.of(url)
    with ThreadingHTTPServer((HERE, 0), _Handler) as server:
        way = FaultyS3(url.replace(at.endpoint, f"{HERE}:{server.server_port}"))
        server.daemon_threads = True
        server.RequestHandlerClass = type("Handler", (_Handler,), {"way": way, "to": at.endpoint})
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield way
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    way: FaultyS3
    to: str

    def do(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.way.counting:
            number = len(self.way.asked) + 1
            asked = Asked(self.command, self.path, number, dict(self.headers.items()))
            self.way.asked.append(asked)
            fault = self.way.choose(asked)
        if fault is Fault.BUSY:
            self._say(HTTPStatus.SERVICE_UNAVAILABLE, {}, b"<html>busy</html>")
            return
        if fault is Fault.PAGE:
            self._say(HTTPStatus.OK, {}, b"<html>maintenance</html>")
            return
        store = HTTPConnection(self.to)
        try:
            # With the headers as they came: the signature is over the host that was called.
            store.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                store.putheader(name, value)
            store.endheaders(body)
            self._hand_on(store.getresponse(), fault)
        except OSError:
            self.close_connection = True  # the store is gone, and so is this way to it
        finally:
            store.close()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do  # noqa: N815 - the server's names

    def _hand_on(self, answer: HTTPResponse, fault: Fault) -> None:
        content = answer.read()
        if fault is Fault.ANSWER_LOST:
            self.close_connection = True
            return
        headers = {k: v for k, v in answer.getheaders() if k.lower() not in HOP_BY_HOP}
        headers.pop("Content-Length", None)
        if fault is Fault.OTHER_ETAG:
            headers = {k: v for k, v in headers.items() if k.lower() != "etag"}
            headers["ETag"] = f'"{"0" * 32}"'
        if fault is Fault.OTHER_BYTES:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self._say(answer.status, headers, content, cut=fault is Fault.CUT)

    def _say(
        self, status: int, headers: dict[str, str], content: bytes, *, cut: bool = False
    ) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut else content)
        self.close_connection = self.close_connection or cut

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""
