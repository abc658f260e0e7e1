"""Nothing is said to be kept before the store gave it back; other bytes are an alarm."""

from collections.abc import Callable, Generator
from hashlib import sha256
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest

from common.objects import LockNotTakenError, Objects, Placed, Seen, StoreAwayError
from common.objects_local import LocalObjects
from contracts.identity import Role
from tests.support.clock import FrozenClock
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import announced, said
from tests.support.uploads import ask, begin, clip, send, upload

FILM = bytes(range(256)) * 40
DIGEST = sha256(FILM).hexdigest()
OFFICER = person(Role.OFFICER, agency_id=uuid4(), unit_id=uuid4())
STORED, DOUBTED = "ingest.clip.stored.v1", "ingest.clip.doubted.v1"
DOUBT_ENDED = "ingest.clip.doubt_ended.v1"


def events(h: House, kind: str) -> list[dict[str, Any]]:
    return [it for it in announced(h, "ingest") if it["type"] == kind]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Generator[Callable[[str, object], None]]:
    """Lets one of a folder's ways go wrong for `FILM`, as a broken disk or cable does."""

    def spoil(name: str, fault: object) -> None:
        sound = getattr(LocalObjects, name)

        def way(store: Objects, digest: str, *more: Any) -> Any:  # noqa: ANN401 - any way's own
            if digest != DIGEST:
                return sound(store, digest, *more)
            if isinstance(fault, Exception):
                raise fault
            return fault

        monkeypatch.setattr(LocalObjects, name, way)

    yield spoil
    monkeypatch.undo()


async def test_a_clip_tells_both_digests_and_when_it_was_read_back(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        known = await clip(h, OFFICER, await upload(h, OFFICER, FILM))
        assert (known["sha256"], known["read_back_sha256"]) == (DIGEST, DIGEST)
        assert (known["size_bytes"], known["read_back_bytes"]) == (len(FILM), len(FILM))
        assert known["read_back_at"] is not None
        (stored,) = events(h, STORED)
        assert (stored["read_back_sha256"], stored["read_back_bytes"]) == (DIGEST, len(FILM))


async def test_a_film_that_is_not_what_was_announced_is_read_back_too(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        location, clip_id = await begin(h, OFFICER, FILM)
        answer = await send(h, OFFICER, location, 0, FILM[:-1] + b"!")
        assert answer.json()["code"] == "ingest.digest-differs"
        known = await clip(h, OFFICER, clip_id)
        assert known["state"] == "quarantined"
        assert known["read_back_sha256"] == known["sha256"] != DIGEST


@pytest.mark.parametrize(
    ("way", "fault", "reason"),
    [
        ("read_back", Seen("0" * 64, len(FILM)), "other_bytes"),
        ("read_back", Seen(DIGEST, len(FILM) - 1), "other_bytes"),
        ("read_back", OSError(5, "Input/output error"), "unreadable"),
        ("lock_until", LockNotTakenError(), "not_locked"),
    ],
)
async def test_what_is_not_proved_is_not_said_to_be_kept_and_stops_no_other_film(
    tmp_path: Path,
    spoil: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    way: str,
    fault: object,
    reason: str,
) -> None:
    clock = FrozenClock()
    async with house(tmp_path, clock) as h:
        spoil(way, fault)
        location, clip_id = await begin(h, OFFICER, FILM)
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
        other = await upload(h, OFFICER, b"another film")
        assert (await clip(h, OFFICER, other))["state"] == "stored"
        assert (await h.call(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}")).status_code == 404
        assert "film cannot be proved in the store" in caplog.messages
        for _ in range(3):  # the same again is no news
            clock.move(h.ctx("ingest").settings.first_lock / 30)
            await settle(h.app)
        assert [doubted["reason"] for doubted in events(h, DOUBTED)] == [reason]
        assert said(h, "ingest").count(STORED) == 1
        spool = h.ctx("ingest").spool
        assert spool.path(location.rpartition("/")[2]).read_bytes() == FILM
        monkeypatch.undo()
        await settle(h.app)
        assert said(h, "ingest").count(STORED) == 1, "it is not due yet"
        clock.move(h.ctx("ingest").settings.first_lock / 30)
        await settle(h.app)
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["read_back_sha256"]) == ("stored", DIGEST)
        assert (await ask(h, OFFICER, location)).headers["upload-offset"] == str(len(FILM))
        assert spool.uploads() == []


async def test_a_doubt_ends_when_the_film_becomes_an_entry_of_another(
    tmp_path: Path,
    spoil: Callable[[str, object], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = FrozenClock()
    async with house(tmp_path, clock) as h:
        spoil("lock_until", LockNotTakenError())
        location, doubted = await begin(h, OFFICER, FILM)
        await send(h, OFFICER, location, 0, FILM)
        monkeypatch.undo()
        original = await upload(h, OFFICER, FILM)
        assert events(h, DOUBT_ENDED) == []
        clock.move(h.ctx("ingest").settings.first_lock / 30)
        await settle(h.app)
        assert (await clip(h, OFFICER, doubted))["state"] == "resubmitted"
        (ended,) = events(h, DOUBT_ENDED)
        assert (ended["clip_id"], ended["original_id"]) == (str(doubted), str(original))


async def test_bytes_that_lie_wrong_in_the_store_are_placed_again(tmp_path: Path) -> None:
    """They cannot be what was linked from the spool: somebody put them there before."""
    kept = tmp_path / "objects" / DIGEST[:2] / DIGEST
    async with house(tmp_path) as h:
        kept.parent.mkdir(parents=True)
        kept.write_bytes(FILM[:-1] + b"!")
        clip_id = await upload(h, OFFICER, FILM)
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"
        assert kept.read_bytes() == FILM


async def test_a_film_that_takes_long_does_not_look_like_a_loop_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.operations.finaliser.SLICE_S", 0.01)
    sound, sent = LocalObjects.adopt, Event()

    def away(*_: object) -> Placed:
        raise StoreAwayError

    def slowly(store: LocalObjects, path: Path, digest: str) -> Placed:
        assert sent.wait(30)
        return sound(store, path, digest)

    async with house(tmp_path) as h:
        monkeypatch.setattr(LocalObjects, "adopt", away)
        location, clip_id = await begin(h, OFFICER, FILM)
        assert (await send(h, OFFICER, location, 0, FILM)).status_code == 204
        monkeypatch.setattr(LocalObjects, "adopt", slowly)
        finaliser = h.app.state.apps["ingest"].state.steps["finaliser"]
        assert [await finaliser(0) for _ in range(3)] == [1, 1, 1]
        assert (await h.call(OFFICER, "GET", f"/ingest/v1/clips/{clip_id}")).status_code == 404
        sent.set()
        await settle(h.app)
        assert (await clip(h, OFFICER, clip_id))["state"] == "stored"


async def test_where_only_a_sample_is_read_back_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as h:
        answer = await h.done(OFFICER, "GET", "/ingest/v1/keeping")
        assert answer == {"lock_mode": "software", "read_back": "always", "read_back_one_in": 1}
    monkeypatch.setenv("LIUHEN_INGEST_READ_BACK", "sampled")
    monkeypatch.setenv("LIUHEN_INGEST_READ_BACK_ONE_IN", "2")
    async with house(tmp_path) as h:
        answer = await h.done(OFFICER, "GET", "/ingest/v1/keeping")
        assert (answer["read_back"], answer["read_back_one_in"]) == ("sampled", 2)
        ready = await h.call(None, "GET", "/ingest/readyz")
        assert ready.json() == {"status": "ready", "read_back": "sampled"}
        read_back = 0
        for number in range(24):
            clip_id = await upload(h, OFFICER, b"film %d" % number)
            read_back += (await clip(h, OFFICER, clip_id))["read_back_sha256"] is not None
        assert 0 < read_back < 24
