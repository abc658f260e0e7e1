"""Where the story is played: the product's address, who is signed in, and what was said so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx

from liuhen.demo.cast import PASSWORD, named
from liuhen.demo.line import Line, StoryError, eventually

HERE: Final = ZoneInfo("Asia/Shanghai")


class Teller(Protocol):
    """Shows the story to whoever watches."""

    def upload(self, title: str, size_bytes: int, /) -> Callable[[int], None]:
        """Begin a progress bar; returns what moves it to a number of bytes."""
        ...

    def findings(self, title: str, evaluation: dict[str, Any], /) -> None: ...

    def say(self, text: str, /) -> None: ...


@dataclass
class Stage:
    """One playing of the story."""

    line: Line
    teller: Teller
    story_id: UUID
    folder: Path
    """For films and other things of the story's people, not of the product."""
    setup_code: Path
    exports_dir: Path
    today: date
    tokens: dict[str, str] = field(default_factory=dict[str, str])
    clips: dict[str, UUID] = field(default_factory=dict[str, UUID])
    """What the product calls the clips that were sent."""

    def id(self, name: str) -> str:
        return str(self.clips.get(name) or named(self.story_id, name))

    def at(self, clock: str) -> datetime:
        """An instant of the day before, when the story's acts took place."""
        day = self.today - timedelta(days=1)
        return datetime.combine(day, time.fromisoformat(clock), HERE)

    def call(
        self,
        who: str,
        method: str,
        path: str,
        json: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """Call as a person, who signs in first or again as needed."""
        answer = self.line.call(method, path, self.token(who), json, headers)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            del self.tokens[who]
            answer = self.line.call(method, path, self.token(who), json, headers)
        return answer

    def done(self, who: str, method: str, path: str, json: object = None) -> Any:  # noqa: ANN401 - JSON
        """Call and insist on success."""
        answer = self.call(who, method, path, json)
        if not answer.is_success:
            raise StoryError(f"{who} {method} {path}: {answer.status_code} {answer.text}")
        return answer.json() if answer.content else None

    def refused(
        self, who: str, method: str, path: str, code: str, json: object = None
    ) -> dict[str, Any]:
        """Call and insist on being refused with this code; returns the problem."""
        answer = self.call(who, method, path, json)
        problem: dict[str, Any] = answer.json() if answer.content else {}
        if answer.is_success or problem.get("code") != code:
            raise StoryError(f"{who} {method} {path}: not {code} but {answer.text}")
        return problem

    def sees(self, who: str, path: str, until: Callable[[Any], bool], what: str) -> Any:  # noqa: ANN401 - JSON
        """Ask until the answer is as the story wants it."""

        def ask() -> Any:  # noqa: ANN401 - JSON
            answer = self.call(who, "GET", path)
            return answer.json() if answer.is_success else None

        return eventually(ask, lambda seen: seen is not None and until(seen), what)

    def token(self, who: str) -> str:
        """The access token of a person, signed in at first use."""
        if who not in self.tokens:
            body = {"username": self.username(who), "password": PASSWORD}
            answer = self.line.call("POST", "/identity/v1/sessions", json=body)
            if not answer.is_success:
                raise StoryError(f"{who} cannot sign in: {answer.text}")
            self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]

    def username(self, who: str) -> str:
        return f"demo.{who}"


def expect(holds: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise `StoryError` unless it holds."""
    if not holds:
        raise StoryError(what)
