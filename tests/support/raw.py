"""HTTP by hand on a socket: what is sent when, and every answer to it, interim ones too."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage, parse_headers
from io import BufferedReader
from json import loads
from socket import create_connection
from types import TracebackType
from typing import Any, Self

WAIT_S = 20.0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        return loads(self.body)


class Line:
    """A connection."""

    def __init__(self, port: int) -> None:
        self._socket = create_connection(("127.0.0.1", port), WAIT_S)
        self._file: BufferedReader = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._socket.close()

    def head(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        self._method = method
        lines = [f"{method} {path} HTTP/1.1", "Host: liuhen"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.say("\r\n".join([*lines, "", ""]).encode())

    def say(self, content: bytes) -> None:
        self._socket.sendall(content)

    def hear(self) -> Answer:
        """The next answer, interim or not."""
        status = int(self._file.readline().split()[1])
        headers = parse_headers(self._file)
        has_body = self._method != "HEAD" and status not in {100, 104, 204}
        length = int(headers.get("content-length", "0")) if has_body else 0
        return Answer(status, headers, self._file.read(length))

    def hear_all(self) -> list[Answer]:
        """Every answer up to the final one."""
        heard = [self.hear()]
        while heard[-1].status < 200:
            heard.append(self.hear())
        return heard
