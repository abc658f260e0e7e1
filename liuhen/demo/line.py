"""The story's way to the product: plain HTTP, and patience with a product that restarts."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx

T = TypeVar("T")

PATIENCE_S: Final = 180.0
"""How long the people of the story try again before they give up."""
PAUSE_S: Final = 0.05


class StoryError(Exception):
    """Something did not go as the story says."""


class Line:
    """Calls that are repeated while nobody answers; each is safe to repeat."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._client = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def call(
        self,
        method: str,
        path: str,
        token: str | None = None,
        json: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """The product's answer; a closed door, a 503 and a plea for patience are tried again."""
        sent = {"authorization": f"Bearer {token}"} if token else {}
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self._client.request(
                    method, path, json=json, headers=sent | (headers or {})
                )
                if not _asks_for_patience(answer):
                    return answer
            except httpx.TransportError as error:
                if time.monotonic() > deadline:
                    raise StoryError(f"{method} {path}: nobody answers") from error
            if time.monotonic() > deadline:
                raise StoryError(f"{method} {path}: not ready")
            time.sleep(PAUSE_S)

    def close(self) -> None:
        self._client.close()


def _asks_for_patience(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE or "retry-after" in answer.headers


def eventually(ask: Callable[[], T], until: Callable[[T], bool], what: str) -> T:
    """Ask until the answer is as wanted: other services hear of things a moment later.

    Raises:
        StoryError: it never came; shows the last answer.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        answer: Any = ask()
        if until(answer):
            return answer
        if time.monotonic() > deadline:
            raise StoryError(f"{what}: {answer}")
        time.sleep(PAUSE_S)
