"""The product as the dock sees it: signing in, tus 1.0, and what it says of a clip."""

import json
import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import httpx

from dock.patience import Patience

TUS: Final = {"tus-resumable": "1.0.0"}
PASSING: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
    HTTPStatus.INSUFFICIENT_STORAGE,
}
"""What the same request may not get the next time, unless that is to be in hours: then this film is
refused, and no other. 500 is none of them: it is a fault."""


class RefusedError(Exception):
    """The server said no, and would say so again."""

    def __init__(self, status: int, code: str, title: str) -> None:
        super().__init__(f"{title}（{code}）")
        self.status = status
        self.code = code


class Account(NamedTuple):
    """Who signed in."""

    account_id: UUID
    agency_id: UUID

    def clip_id(self, client_id: UUID) -> UUID:
        """What the clip is called that we call `client_id`. Source: ADR 0013."""
        return uuid5(self.agency_id, str(client_id))


class Announced(NamedTuple):
    """Where a film's bytes go, how many are there, and what the clip is called from then on."""

    location: str
    clip_id: UUID
    offset: int
    original_id: UUID | None
    """The kept clip of which this one is a re-submission: its bytes need not be sent."""


class Kept(NamedTuple):
    """What the server says of a clip."""

    sha256: str
    state: str
    original_id: UUID | None


class Token(Protocol):
    """Something that opens the door, and may be renewed."""

    @property
    def value(self) -> str: ...

    def renew(self, client: httpx.Client, old: str) -> bool:
        """Get a new one in place of `old`; say whether there is one."""
        ...


@dataclass(frozen=True)
class Given:
    """A token that somebody else got; it cannot be renewed."""

    value: str

    def renew(self, client: httpx.Client, old: str) -> bool:  # noqa: ARG002 - as for every token
        return False


class Session:
    """A session that was opened with a password. Its secrets stay in memory."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._lock = threading.Lock()
        self._take(answer)

    @property
    def value(self) -> str:
        return self._access

    def renew(self, client: httpx.Client, old: str) -> bool:
        with self._lock:
            if self._access != old:  # another thread was faster
                return True
            body = {"refresh_token": self._refresh}
            answer = client.post("/identity/v1/sessions/refresh", json=body)
            if answer.is_success:
                self._take(answer.json())
            return answer.is_success

    def end(self, client: httpx.Client) -> None:
        """Sign out. A session that cannot be ended now ends by itself."""
        with suppress(httpx.HTTPError):
            body = {"refresh_token": self._refresh}
            client.request("DELETE", "/identity/v1/sessions/current", json=body)

    def _take(self, answer: Mapping[str, Any]) -> None:
        self._access, self._refresh = str(answer["access_token"]), str(answer["refresh_token"])


def sign_in(client: httpx.Client, username: str, password: str) -> Session:
    """Open a session.

    Raises:
        RefusedError: nobody got in.
        httpx.TransportError: nobody answers.
    """
    body = {"username": username, "password": password}
    return Session(_checked(client.post("/identity/v1/sessions", json=body)).json())


class Server:
    """The product. Safe for several threads; each film brings a patience of its own."""

    def __init__(self, client: httpx.Client, token: Token) -> None:
        self._client = client
        self._token = token

    def account(self, patience: Patience) -> Account:
        told = self._ask(patience, "GET", "/identity/v1/me").json()
        return Account(UUID(told["account_id"]), UUID(told["agency_id"]))

    def announce(self, patience: Patience, said: Mapping[str, str], size_bytes: int) -> Announced:
        """Announce a film. Safe to repeat."""
        pairs = (f"{key} {b64encode(value.encode()).decode()}" for key, value in said.items())
        headers = TUS | {
            "upload-length": str(size_bytes),
            "upload-metadata": ",".join(pairs),
            "prefer": "resubmission",
        }
        answer = self._ask(patience, "POST", "/ingest/uploads/", headers=headers)
        original = answer.headers.get("clip-original")
        return Announced(
            urlsplit(answer.headers["location"]).path,  # the token goes to no other server
            UUID(answer.headers["clip-id"]),
            int(answer.headers["upload-offset"]),
            UUID(original) if original else None,
        )

    def append(self, patience: Patience, location: str, offset: int, content: bytes) -> int:
        """Send bytes that belong at `offset`, and return how many the server has then."""
        headers = TUS | {
            "content-type": "application/offset+octet-stream",
            "upload-offset": str(offset),
        }
        try:
            answer = self._send("PATCH", location, headers=headers, content=content)
        except httpx.TransportError as error:
            patience.wait(_said(error))
            return self._offset(patience, location)
        if answer.status_code == HTTPStatus.CONFLICT and "upload-offset" in answer.headers:
            patience.wait(_title(answer))
            return int(answer.headers["upload-offset"])
        if answer.status_code in PASSING:
            patience.wait(_title(answer), _asked_for(answer))
            return self._offset(patience, location)
        return int(_checked(answer).headers["upload-offset"])

    def clip(self, patience: Patience, clip_id: UUID) -> Kept | None:
        """What is said of a clip, if it is kept already."""
        try:
            told = self._ask(patience, "GET", f"/ingest/v1/clips/{clip_id}").json()
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        original = told.get("original_id")
        return Kept(told["sha256"], told["state"], UUID(original) if original else None)

    def report(self, patience: Patience, said: Mapping[str, object]) -> None:
        """Tell of a device's files on a card. Safe to repeat."""
        content, headers = json.dumps(said).encode(), {"content-type": "application/json"}
        self._ask(patience, "POST", "/ingest/v1/card-reports", headers, content)

    def _offset(self, patience: Patience, location: str) -> int:
        answer = self._ask(patience, "HEAD", location, headers=TUS)
        return int(answer.headers["upload-offset"])

    def _ask(
        self,
        patience: Patience,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Ask until there is an answer that would not change.

        Raises:
            RefusedError: it is no.
            AwayError: there is none for too long.
        """
        while True:
            try:
                answer = self._send(method, path, headers=headers, content=content)
            except httpx.TransportError as error:
                patience.wait(_said(error))
                continue
            if answer.status_code in PASSING and _asked_for(answer) <= patience.budget_s:
                patience.wait(_title(answer), _asked_for(answer))
                continue
            return _checked(answer)

    def _send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        token = self._token.value
        answer = self._signed(token, method, path, headers, content)
        is_over = answer.status_code == HTTPStatus.UNAUTHORIZED
        if is_over and self._token.renew(self._client, token):
            answer = self._signed(self._token.value, method, path, headers, content)
        return answer

    def _signed(
        self,
        token: str,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx.Response:
        signed = {"authorization": f"Bearer {token}"} | dict(headers or {})
        return self._client.request(method, path, headers=signed, content=content)


def _checked(answer: httpx.Response) -> httpx.Response:
    if not answer.is_success:
        raise RefusedError(answer.status_code, _member(answer, "code"), _title(answer))
    return answer


def _title(answer: httpx.Response) -> str:
    return _member(answer, "title") or f"HTTP {answer.status_code}"


def _member(answer: httpx.Response, name: str) -> str:
    """A member of a problem document (RFC 9457); a proxy before the server writes none."""
    try:
        return str(answer.json()[name])
    except (ValueError, KeyError, TypeError):
        return ""


def _asked_for(answer: httpx.Response) -> float:
    said = answer.headers.get("retry-after", "")
    return float(said) if said.isdecimal() else 0.0


def _said(error: httpx.TransportError) -> str:
    return f"不能连接服务器（{type(error).__name__}）"
