"""A back-up taken in the middle of work is a state that the product itself could have been in.

Method: `liuhen up` in a process of its own, the demo's story against it, back-ups while it plays;
each is checked for what one instant can never say, and some are restored, started and worked on.
"""

import threading
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from common.clock import SystemClock
from liuhen import backup, restore, standalone
from liuhen.demo.phone import Phone, digest
from liuhen.demo.run import Product, staged
from liuhen.demo.stage import Stage
from liuhen.demo.story import CHAPTERS, Outcome, play
from liuhen.demo.telling import Silent
from tests.e2e.test_command import liuhen
from tests.support import books
from tests.support.safe import contradictions
from tests.support.tale import play_all
from tests.support.victim import READY_S, Victim

BEFORE = 5
"""Chapters played before the back-up: people, a case, films, verdicts."""


@pytest.fixture
def victim(tmp_path: Path) -> Victim:
    return new_victim(tmp_path / "data")


def new_victim(data: Path) -> Victim:
    data.mkdir(parents=True)
    (data / standalone.DEMO_MARK).touch()
    return Victim(data)


def wait(until: Callable[[], bool]) -> bool:
    waiting = threading.Event()
    for _ in range(int(READY_S / 0.1)):
        if until():
            return True
        waiting.wait(0.1)
    return False


@contextmanager
def on_stage(victim: Victim, films: Path) -> Generator[Stage]:
    """The story's stage in a product that starts for it and ends with it, without a warning."""
    films.mkdir()
    victim.start()
    try:
        product = Product.on_one_box(victim.address, victim.data)
        with staged(product, films, Silent()) as stage:
            yield stage
    finally:
        victim.kill()


def restored(taken: Path, data: Path) -> Victim:
    restore.restore(taken, data)
    return Victim(data)


def resting(read: books.Read) -> Callable[[], bool]:
    """Tells whether the books are in order, and nothing has been said since it was asked before."""
    said_before = [-1]

    def rests() -> bool:
        said = len(list(books.announced(read)))
        is_quiet = said == said_before.pop()
        said_before.append(said)
        to_make = read("ingest", books.TO_MAKE)
        return is_quiet and not to_make and books.faults(read) == []

    return rests


def test_a_backup_of_any_moment_contradicts_nothing_and_comes_to_rest(
    victim: Victim, tmp_path: Path
) -> None:
    (tmp_path / "films").mkdir()
    victim.start()
    outcomes: list[Outcome] = []
    product = Product.on_one_box(victim.address, victim.data)
    work = threading.Thread(target=play_all, args=(product, tmp_path / "films", outcomes))
    work.start()
    taken: list[Path] = []
    try:
        while work.is_alive():
            taken.append(tmp_path / f"taken-{len(taken)}")
            assert backup.take(victim.data, taken[-1], SystemClock()).damaged == []
            found = contradictions(taken[-1] / "data")
            assert found == [], taken[-1]
        work.join()
    finally:
        victim.stop()
    assert [outcome.detail for outcome in outcomes if outcome.result != "ok"] == []
    assert len(taken) > BEFORE
    for middle in (taken[len(taken) // 3], taken[2 * len(taken) // 3]):
        again = restored(middle, tmp_path / f"of-{middle.name}")
        again.start()
        read = books.on_one_box(again.data)
        try:
            wait(resting(read))
        finally:
            again.stop()
        assert books.faults(read) == []
        assert books.damaged_objects(again.data / "objects") == []


def test_work_goes_on_from_a_backup_and_what_came_after_it_is_gone_everywhere(
    victim: Victim, tmp_path: Path
) -> None:
    with on_stage(victim, tmp_path / "films") as stage:
        play_chapters(stage, 0, BEFORE)
        film, location, clip_id = half_an_upload(stage, tmp_path)
        done = liuhen("backup", "--data", str(victim.data), "--to", str(tmp_path / "taken"))
        assert done.returncode == 0, done.stderr
        at_backup = replace(stage, tokens=dict(stage.tokens), clips=dict(stage.clips))
        play_chapters(stage, BEFORE, len(CHAPTERS))
    later = ids(victim.data) - ids(tmp_path / "taken" / "data")
    assert later

    again = restored(tmp_path / "taken", tmp_path / "again")
    again.start()
    product = Product.on_one_box(again.address, again.data)
    try:
        with staged(product, tmp_path / "films", Silent()) as empty:
            stage = replace(at_backup, line=empty.line, exports_dir=product.exports_dir)
            play_chapters(stage, BEFORE, len(CHAPTERS))
            finish_upload(stage, film, location, clip_id)  # last: the story counts its films
        read = books.on_one_box(again.data)
        assert wait(lambda: books.faults(read) == []), books.faults(read)
    finally:
        again.stop()
    assert ids(again.data) & later == set()
    assert contradictions(again.data) == []


def test_a_log_older_than_a_checkpoint_that_survived_is_not_carried_on(
    victim: Victim, tmp_path: Path
) -> None:
    """Whoever keeps `keys/log.checkpoint` of the lost folder is told what the back-up lacks."""
    survivor = victim.data / "keys" / "log.checkpoint"
    with on_stage(victim, tmp_path / "films") as stage:
        play_chapters(stage, 0, 1)
        backup.take(victim.data, tmp_path / "taken", SystemClock())
        signed = survivor.read_bytes()
        play_chapters(stage, 1, 2)
        assert wait(lambda: survivor.read_bytes() != signed)
    again = tmp_path / "again"
    restore.restore(tmp_path / "taken", again)
    (again / "keys" / "log.checkpoint").write_bytes(survivor.read_bytes())
    refused = liuhen("up", "--data", str(again))
    assert refused.returncode == 2
    assert "entries were signed" in refused.stderr.splitlines()[-1]


def play_chapters(stage: Stage, start: int, end: int) -> None:
    for chapter in CHAPTERS[start:end]:
        outcome = play(chapter, stage)
        assert outcome.result == "ok", outcome.detail


def half_an_upload(stage: Stage, folder: Path) -> tuple[Path, str, UUID]:
    """Send half of a film, all of it acknowledged; it is in none of the story's cases."""
    film = folder / "half.mp4"
    film.write_bytes(bytes(range(256)) * 4096)
    words = {
        "sha256": digest(film),
        "recorded_start": stage.at("08:00:00").isoformat(),
        "recorded_end": stage.at("08:01:00").isoformat(),
        "carrier": "body_camera",
        "filmed_by": stage.id("li"),
        "device_no": "DSJ-1",
    }
    with Phone(stage.line.base_url, stage.token("li")) as phone:
        location, clip_id = phone.create(film, uuid4(), words)
        phone.send(location, film, 0, film.stat().st_size // 2, lambda _done, _size: None)
    return film, location, clip_id


def finish_upload(stage: Stage, film: Path, location: str, clip_id: UUID) -> None:
    with Phone(stage.line.base_url, stage.token("li")) as phone:
        offset = phone.offset(location)
        assert offset == film.stat().st_size // 2
        phone.send(location, film, offset, film.stat().st_size, lambda _done, _size: None)
    clip = stage.done("li", "GET", f"/ingest/v1/clips/{clip_id}")
    assert (clip["state"], clip["sha256"]) == ("stored", digest(film))


def ids(data: Path) -> set[str]:
    """Of everything that any service announced, and everything that the log has."""
    read = books.on_one_box(data)
    counted: Counter[str] = books.logged(read)
    return {event.id for event in books.announced(read)} | set(counted)
