"""What becomes known of a kept clip: its facts from a real film, and a lock that only grows."""

import hashlib
import resource
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from contracts.identity import Role
from ingest.domain.announcement import clip_id_of
from ingest.domain.facts import Facts
from ingest.operations.probing import PAUSE, RETRY, TRIES_MAX, open_film
from ingest.store import probing
from liuhen.demo.film import make_film
from tests.support.clock import FrozenClock
from tests.support.films import film
from tests.support.hostile import hostile
from tests.support.house import House, house, settle
from tests.support.people import person
from tests.support.said import said, say
from tests.support.uploads import begin, clip, scheduled, send, upload

OFFICER = person(Role.OFFICER, agency_id=uuid4())
AVAILABLE, UNAVAILABLE = "ingest.clip.available.v1", "ingest.clip.unavailable.v1"


async def test_a_real_film_is_probed(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    make_film(film, datetime(2026, 1, 5, 1, tzinfo=UTC), seconds=20, caption="row 8")
    async with house(tmp_path) as h:
        clip_id = await upload(h, OFFICER, film.read_bytes())
        facts = (await clip(h, OFFICER, clip_id))["facts"]
        assert [track.pop("kind") for track in facts.pop("tracks")] == ["video", "audio"]
        assert facts == {
            "decodable": True,
            "duration_ms": 20_000,
            "width": 320,
            "height": 180,
            "video_codec": "h264",
            "audio_codec": "aac",
            "frame_rate_milli": 5000,
            "made_at": "2026-01-05T01:00:00Z",
            "jumps": 0,
            "container": "mov-mp4-m4a-3gp-3g2-mj2",
            "breaks": [],
            "missing_ms": 0,
            "filmed_ms": 20_000,
            "made_at_local": None,
            "black": "no",
            "silent": "no",
            "pictures_seen": 1,
            "heard_ms": 64,
        }


async def test_what_an_older_probe_read_stays_readable(tmp_path: Path) -> None:
    """Each column that came later is empty in a row from before."""
    async with house(tmp_path) as h:
        clip_id = await upload(h, OFFICER, b"not a film")
        before = (await clip(h, OFFICER, clip_id))["facts"]
        names = [name for name, field in Facts.model_fields.items() if not field.is_required()]
        with h.ctx("ingest").db.transaction() as session:
            emptied = ", ".join(f"{name} = NULL" for name in names)
            session.connection().exec_driver_sql(f"UPDATE facts SET {emptied}")  # noqa: S608 - ours
        after = (await clip(h, OFFICER, clip_id))["facts"]
        assert after == before | dict.fromkeys(names)
        assert "tracks" in names


async def test_a_film_that_cannot_be_read_is_kept_and_flagged_once(tmp_path: Path) -> None:
    async with house(tmp_path) as h:
        clip_id = await upload(h, OFFICER, b"not a film")
        known = await clip(h, OFFICER, clip_id)
        assert (known["state"], known["facts"]["decodable"]) == ("stored", False)
        await settle(h.app)
        assert said(h, "ingest").count("ingest.clip.probed.v1") == 1


async def test_hostile_films_are_kept_and_flagged_and_stop_no_other(tmp_path: Path) -> None:
    films = [content for _, content in hostile(tmp_path) if 0 < len(content) < 10_000]
    sane = film(tmp_path / "good.mp4", range(50)).read_bytes()
    async with house(tmp_path / "house") as h:
        ids = list[UUID]()
        for content in (*films, sane):
            location, clip_id = await begin(h, OFFICER, content)
            await send(h, OFFICER, location, 0, content)
            ids.append(clip_id)
        await settle(h.app)
        read = [await clip(h, OFFICER, clip_id) for clip_id in ids]
    assert {known["state"] for known in read} == {"stored"}
    assert None not in [known["facts"] for known in read]
    assert not any(known["facts"]["decodable"] for known in read[:5])
    assert read[-1]["facts"]["decodable"]


def lose(h: House, film: bytes) -> Path:
    """Take a kept film's bytes away, and return where they were."""
    sha256 = hashlib.sha256(film).hexdigest()
    place = h.data / "objects" / sha256[:2] / sha256
    place.unlink()
    return place


async def test_a_lost_film_is_announced_once_and_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    films: dict[UUID, bytes] = {}
    async with house(tmp_path, FrozenClock(datetime.now(UTC))) as h:
        for film in (b"one", b"another"):
            location, clip_id = await begin(h, OFFICER, film)
            assert (await send(h, OFFICER, location, 0, film)).status_code == 204
            films[clip_id] = film
        lost, sound = sorted(films)  # the first in the queue is the one that is lost
        lose(h, films[lost])
        await settle(h.app)
        await settle(h.app)
        assert (await clip(h, OFFICER, sound))["facts"]["decodable"] is False
        assert (await clip(h, OFFICER, lost))["facts"] is None  # not: it cannot be decoded
        assert said(h, "ingest").count("ingest.clip.unavailable.v1") == 1
        assert said(h, "ingest").count("ingest.clip.probed.v1") == 1
    assert "kept clip cannot be opened" in caplog.messages


async def test_a_film_that_was_found_again_is_probed_after_all(tmp_path: Path) -> None:
    clock = FrozenClock(datetime.now(UTC))
    async with house(tmp_path, clock) as h:
        location, clip_id = await begin(h, OFFICER, b"film")
        await send(h, OFFICER, location, 0, b"film")
        place = lose(h, b"film")
        for _ in range(2):
            await settle(h.app)
            clock.move(RETRY + timedelta(seconds=1))
        place.write_bytes(b"film")
        await settle(h.app)
        assert (await clip(h, OFFICER, clip_id))["facts"] is not None
        assert said(h, "ingest").count(UNAVAILABLE) == 1
        assert [kind for kind in said(h, "ingest") if kind != "ingest.clip.stored.v1"][-2:] == [
            AVAILABLE,
            "ingest.clip.probed.v1",
        ]


@pytest.fixture
async def unreadable(tmp_path: Path) -> AsyncGenerator[tuple[House, UUID, Path]]:
    """A kept film whose file fails with `ELOOP`, as a store that is ill fails with its own."""
    async with house(tmp_path, FrozenClock(datetime.now(UTC))) as h:
        location, clip_id = await begin(h, OFFICER, b"film")
        await send(h, OFFICER, location, 0, b"film")
        place = lose(h, b"film")
        place.symlink_to(place)
        yield h, clip_id, place


async def test_a_store_that_stumbles_raises_no_alarm(
    unreadable: tuple[House, UUID, Path],
) -> None:
    h, clip_id, place = unreadable
    for _ in range(TRIES_MAX - 1):
        await settle(h.app)
        h.ctx("ingest").clock.move(PAUSE)
    place.unlink()
    place.write_bytes(b"film")
    await settle(h.app)
    assert (await clip(h, OFFICER, clip_id))["facts"] is not None
    assert not {AVAILABLE, UNAVAILABLE} & set(said(h, "ingest"))


async def test_a_store_that_keeps_failing_is_announced_and_that_it_came_back(
    unreadable: tuple[House, UUID, Path],
) -> None:
    h, clip_id, place = unreadable
    for _ in range(TRIES_MAX):
        assert UNAVAILABLE not in said(h, "ingest")
        await settle(h.app)
        h.ctx("ingest").clock.move(PAUSE)
    assert said(h, "ingest").count(UNAVAILABLE) == 1
    place.unlink()
    place.write_bytes(b"film")
    h.ctx("ingest").clock.move(RETRY)
    await settle(h.app)
    assert (said(h, "ingest").count(UNAVAILABLE), said(h, "ingest").count(AVAILABLE)) == (1, 1)
    assert (await clip(h, OFFICER, clip_id))["facts"] is not None


async def test_a_process_with_too_many_open_files_says_nothing_of_a_clip(tmp_path: Path) -> None:
    async with house(tmp_path, FrozenClock(datetime.now(UTC))) as h:
        location, clip_id = await begin(h, OFFICER, b"film")
        await send(h, OFFICER, location, 0, b"film")
        await h.app.state.apps["ingest"].state.steps["finaliser"](0)
        with h.ctx("ingest").db.snapshot() as session:
            kept = probing.next_unprobed(session, 0, datetime.now(UTC))
        assert kept is not None
        before, (soft, most) = said(h, "ingest"), resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, most))
        try:
            with pytest.raises(OSError, match="Too many open files"):
                open_film(h.ctx("ingest"), kept)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))
        assert said(h, "ingest") == before
        await settle(h.app)
        assert (await clip(h, OFFICER, clip_id))["facts"] is not None


async def test_a_lock_follows_the_schedules_and_is_never_shortened(tmp_path: Path) -> None:
    client_id, locks = uuid4(), list[tuple[str | None, bool]]()
    clip_id = clip_id_of(OFFICER.agency_id, client_id)
    schedules = [date(2030, 1, 1), date(2026, 6, 1), date(2056, 1, 1), None, date(2027, 1, 1)]
    async with house(tmp_path) as h:
        # Before the clip: owners' events have no order.
        await say(h, scheduled(OFFICER, clip_id, schedules[0]))
        assert await upload(h, OFFICER, b"film", client_id) == clip_id
        for keep_until in schedules[1:]:
            known = await clip(h, OFFICER, clip_id)
            locks.append((known["locked_until"], known["locked_for_ever"]))
            await say(h, scheduled(OFFICER, clip_id, keep_until))
        known = await clip(h, OFFICER, clip_id)
        locks.append((known["locked_until"], known["locked_for_ever"]))
    assert locks == [
        ("2030-01-01", False),
        ("2030-01-01", False),
        ("2056-01-01", False),
        ("2056-01-01", True),
        ("2056-01-01", True),
    ]
