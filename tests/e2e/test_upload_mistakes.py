"""No mistake of a client makes an accepted byte disappear or a clip appear that was not sent.

Method: Hypothesis makes up what clients do to films and parts, right and wrong, against the running
product. A model in memory knows which bytes were accepted; after each step the product must say the
same, and in the end its clips are exactly the films that came whole.
"""

from base64 import b64encode
from collections.abc import AsyncIterator, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha1, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from contracts.identity import Role
from tests.support.house import House, house
from tests.support.people import person
from tests.support.said import of_type
from tests.support.uploads import TUS, header
from tests.support.words import metadata

EXAMPLES: Final = 8
STEPS: Final = 30
SIZE_MAX: Final = 40
UPLOADS: Final = "/ingest/uploads/"
REFUSED: Final = 400
FILMS: Final = st.integers(8, SIZE_MAX).map(lambda size: bytes(range(1, size + 1)))
"""No byte is like another or like a hole, so that none is out of place unseen."""
ODD: Final = (
    {"tus-resumable": "0.1"},
    {"content-type": "text/plain"},
    {"content-encoding": "gzip"},
    {"upload-offset": "x"},
    {"upload-offset": "-1"},
    {"upload-length": "0"},
    {"upload-checksum": "md5 AA=="},
    {"upload-checksum": "sha1 AA=="},
    {"authorization": "Bearer forged"},
)


@dataclass
class Sent:
    """An upload as its client knows it."""

    film: bytes
    client_id: UUID | None
    """None: a part."""
    location: str
    clip_id: str
    has_length: bool = True
    accepted: int = 0
    is_gone: bool = False

    @property
    def is_whole(self) -> bool:
        return self.has_length and self.accepted == len(self.film)


@dataclass
class World:
    """The product, and how a test that is not asynchronous speaks with it."""

    h: House
    portal: BlockingPortal

    def ask(self, *args: Any, **more: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        async def asked() -> httpx.Response:
            return await self.h.call(*args, **more)

        return self.portal.call(asked)

    def stored(self, agency_id: UUID) -> set[str]:
        events = of_type(self.h, "ingest.clip.stored.v1")
        return {it["clip_id"] for it in events if it["agency_id"] == str(agency_id)}


@contextmanager
def world() -> Generator[World]:
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="liuhen-mistakes-")))
        portal = stack.enter_context(start_blocking_portal())
        h = stack.enter_context(portal.wrap_async_context_manager(house(data)))
        yield World(h, portal)


class Clients(RuleBasedStateMachine):
    """One officer's films and parts; every example is an agency of its own."""

    place: World
    films = Bundle("films")
    parts = Bundle("parts")

    def __init__(self) -> None:
        super().__init__()
        self.who = person(Role.OFFICER, agency_id=uuid4())
        self.known: list[Sent] = []
        self.whole: set[str] = set()

    # What may be right.

    @rule(
        target=films,
        film=FILMS,
        has_length=st.booleans(),
        brings=st.sampled_from((0, 0, 3, SIZE_MAX)),
    )
    def announce(self, film: bytes, has_length: bool, brings: int) -> Sent:  # noqa: FBT001 - drawn
        sent = Sent(film, uuid4(), "", "", has_length)
        first = film[: min(brings, len(film))]
        answer = self._announce(sent, first)
        assert answer.status_code == 201, answer.text
        sent.location, sent.clip_id = answer.headers["location"], answer.headers["clip-id"]
        self.known.append(sent)
        self._accept(sent, len(first))
        return sent

    @rule(target=parts, film=FILMS)
    def announce_a_part(self, film: bytes) -> Sent:
        headers = TUS | {"upload-concat": "partial", "upload-length": str(len(film))}
        answer = self.place.ask(self.who, "POST", UPLOADS, headers=headers)
        sent = Sent(film, None, answer.headers["location"], "")
        self.known.append(sent)
        return sent

    @rule(sent=films)
    def announce_again(self, sent: Sent) -> None:
        answer = self._announce(sent, b"")
        assert answer.status_code == (201 if sent.is_gone else 200), answer.text
        if sent.is_gone:  # begun anew, at another address
            assert answer.headers["location"] != sent.location
            sent.location, sent.accepted, sent.is_gone = answer.headers["location"], 0, False

    @rule(
        sent=st.one_of(films, parts),
        wrong_by=st.sampled_from((0, 0, 0, 0, 0, 0, -1, 1, 7)),
        size=st.sampled_from((0, 1, 5, 5, SIZE_MAX)),
        more=st.sampled_from((b"", b"", b"", b"!")),
        checksum=st.sampled_from(("", "", "right", "wrong")),
        is_cut=st.booleans(),
    )
    def send(
        self, sent: Sent, wrong_by: int, size: int, more: bytes, checksum: str, *, is_cut: bool
    ) -> None:
        """Bytes from where the client believes the upload to be, perhaps too many or not all."""
        offset = max(sent.accepted + wrong_by, 0)
        content = sent.film[offset : offset + size]
        content += more if offset + size >= len(sent.film) else b""
        headers = {"upload-offset": str(offset)}
        if checksum:
            digest = sha1(content if checksum == "right" else content + b"?").digest()  # noqa: S324 - tus's own
            headers["upload-checksum"] = f"sha1 {_base64(digest)}"
        if sent.client_id and not sent.has_length:  # by now the client knows it
            headers["upload-length"] = str(len(sent.film))
        body = _cut(content) if is_cut else content
        answer = self._patch(sent, headers, body)
        is_right = offset == sent.accepted or (sent.is_whole and offset + len(content) == offset)
        if answer.status_code == 204:
            assert not sent.is_gone
            assert checksum != "wrong" or sent.is_whole  # what is repeated is not read
            assert offset + len(content) <= len(sent.film)
            assert is_right or offset + len(content) == sent.accepted == len(sent.film)
            sent.has_length = True
            self._accept(sent, offset + len(content))
            assert answer.headers["upload-offset"] == str(sent.accepted)
        else:
            self._expect_problem(answer)
            self._learn(sent)

    @rule(sent=st.one_of(films, parts))
    def send_on(self, sent: Sent) -> None:
        self.send(sent, 0, 5, b"", "", is_cut=False)

    @rule(sent=st.one_of(films, parts))
    def terminate(self, sent: Sent) -> None:
        answer = self.place.ask(self.who, "DELETE", sent.location, headers=TUS)
        if answer.status_code == 204:
            assert not sent.is_gone
            assert sent.client_id is None or not sent.is_whole
            sent.is_gone = True
        else:
            self._expect_problem(answer)
            assert sent.is_gone or (sent.client_id and sent.is_whole)

    @rule(
        target=films,
        joined=st.lists(consumes(parts), min_size=1, max_size=3),
        is_right=st.booleans(),
    )
    def join(self, joined: list[Sent], is_right: bool) -> Any:  # noqa: ANN401, FBT001 - drawn
        film = b"".join(part.film for part in joined)
        sent = Sent(film, uuid4(), "", "")
        digest = sha256(film if is_right else film + b"?").hexdigest()
        final = f"final;{' '.join(part.location for part in joined)}"
        words = header(metadata(self.who, sent.client_id or uuid4(), digest))
        headers = TUS | {"upload-concat": final, "upload-metadata": words}
        answer = self.place.ask(self.who, "POST", UPLOADS, headers=headers)
        can_be = all(part.is_whole and not part.is_gone for part in joined)
        for part in joined:
            part.is_gone = part.is_gone or can_be
        if answer.status_code == 201:
            assert can_be
            assert is_right
            sent.location, sent.clip_id = answer.headers["location"], answer.headers["clip-id"]
            self.known.append(sent)
            self._accept(sent, len(film))
            return sent
        self._expect_problem(answer)
        assert answer.status_code == (422 if can_be else 400)
        return multiple()  # pyright: ignore[reportUnknownVariableType] - nothing has no type

    # What is always wrong.

    @rule(
        sent=st.one_of(films, parts),
        odd=st.sampled_from(ODD),
        method=st.sampled_from(("PATCH", "HEAD", "DELETE", "POST", "PUT", "GET")),
    )
    def ask_oddly(self, sent: Sent, odd: dict[str, str], method: str) -> None:
        if method in {"HEAD", "DELETE"} and not {"tus-resumable", "authorization"} & set(odd):
            return  # what is odd is not for them
        headers = TUS | {"upload-offset": str(sent.accepted), "content-type": CHUNK} | odd
        content = b"" if method in {"HEAD", "GET", "DELETE"} else b"?"
        answer = self.place.ask(self.who, method, sent.location, headers=headers, content=content)
        assert answer.status_code >= REFUSED
        if method != "HEAD":
            self._expect_problem(answer)

    @rule(sent=st.one_of(films, parts), content=st.binary(max_size=SIZE_MAX))
    def a_stranger_tries(self, sent: Sent, content: bytes) -> None:
        stranger = person(Role.OFFICER, agency_id=uuid4())
        for method in ("PATCH", "DELETE"):
            headers = TUS | {"upload-offset": str(sent.accepted), "content-type": CHUNK}
            answer = self.place.ask(
                stranger, method, sent.location, headers=headers, content=content
            )
            assert answer.status_code == 404
            self._expect_problem(answer)

    # What must hold.

    @invariant()
    def what_was_accepted_is_there(self) -> None:
        """Of the two uploads begun last, for speed; of all in the end."""
        self._expect_there(self.known[-2:])

    def _expect_there(self, known: list[Sent]) -> None:
        for sent in known:
            answer = self.place.ask(self.who, "HEAD", sent.location, headers=TUS)
            if sent.is_gone:
                assert answer.status_code == 410
                continue
            assert answer.headers["upload-offset"] == str(sent.accepted), sent
            path = self.place.h.data / "spool" / sent.location.rpartition("/")[2]
            if path.exists():
                assert path.read_bytes()[: sent.accepted] == sent.film[: sent.accepted]

    @invariant()
    def clips_are_the_films_that_came_whole(self) -> None:
        assert self.place.stored(self.who.agency_id) == self.whole

    def teardown(self) -> None:
        self._expect_there(self.known)
        self.clips_are_the_films_that_came_whole()
        for sent in self.known:
            if sent.clip_id in self.whole and not sent.is_gone:
                path = f"/ingest/v1/clips/{sent.clip_id}"
                known = self.place.ask(self.who, "GET", path).json()
                assert (known["sha256"], known["state"]) == (
                    sha256(sent.film).hexdigest(),
                    "stored",
                )

    def _announce(self, sent: Sent, first: bytes) -> httpx.Response:
        words = header(metadata(self.who, sent.client_id or uuid4(), sha256(sent.film).hexdigest()))
        headers = TUS | {"upload-metadata": words}
        if sent.has_length:
            headers["upload-length"] = str(len(sent.film))
        else:
            headers["upload-defer-length"] = "1"
        if first:
            headers["content-type"] = CHUNK
        return self.place.ask(self.who, "POST", UPLOADS, headers=headers, content=first)

    def _patch(
        self, sent: Sent, headers: dict[str, str], content: bytes | AsyncIterator[bytes]
    ) -> httpx.Response:
        kind = TUS | {"content-type": CHUNK}
        return self.place.ask(
            self.who, "PATCH", sent.location, headers=kind | headers, content=content
        )

    def _accept(self, sent: Sent, accepted: int) -> None:
        assert accepted >= sent.accepted
        sent.accepted = accepted
        if sent.is_whole and sent.client_id:
            self.whole.add(sent.clip_id)

    def _learn(self, sent: Sent) -> None:
        """After a refusal a client asks how far it is: never less than was said before."""
        answer = self.place.ask(self.who, "HEAD", sent.location, headers=TUS)
        if not sent.is_gone:
            assert answer.status_code == 200, sent
            sent.has_length = sent.has_length or "upload-length" in answer.headers
            self._accept(sent, int(answer.headers["upload-offset"]))

    def _expect_problem(self, answer: httpx.Response) -> None:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert (problem["status"], problem["type"]) == (
            answer.status_code,
            f"urn:liuhen:problem:{problem['code']}",
        )
        assert any("\u4e00" <= letter <= "\u9fff" for letter in problem["title"])
        assert answer.status_code < 500, answer.text


CHUNK: Final = "application/offset+octet-stream"


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


async def _cut(content: bytes) -> AsyncIterator[bytes]:
    """In two pieces and without a length said before."""
    half = len(content) // 2
    yield content[:half]
    yield content[half:]


@pytest.mark.parametrize("examples", [EXAMPLES])
def test_no_mistake_loses_an_accepted_byte_or_makes_a_clip(examples: int) -> None:
    with world() as place:

        class Here(Clients):
            """In this world."""

        Here.place = place
        run_state_machine_as_test(
            Here,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
