"""What every store of objects must do: a folder, MinIO and versitygw."""

import os
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import anyio
import pytest

from common.clock import SystemClock
from common.objects import Locked, LockMode, ObjectLockedError, ObjectMissingError, Objects
from common.stores import open_objects, open_reader
from tests.support.clock import FrozenClock

FILM = bytes(range(256)) * 4096
DIGEST = sha256(FILM).hexdigest()
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def store(store_url: str) -> Objects:
    return open_objects(store_url, SystemClock())


def keep(store: Objects, content: bytes = FILM) -> str:
    with store.begin() as part:
        part.write(content[:1000])
        part.write(content[1000:])
        part.keep()
    return part.sha256


def read(store: Objects, digest: str = DIGEST) -> bytes:
    with store.open(digest) as file:
        return file.read()


def test_what_is_kept_comes_back_whole_and_in_ranges(store: Objects, store_url: str) -> None:
    assert keep(store) == DIGEST
    for reader in (store, open_reader(store_url)):
        assert reader.has(DIGEST)
        assert reader.size_bytes(DIGEST) == len(FILM)
        with reader.open(DIGEST) as file:
            assert os.pread(file.fileno(), len(FILM) + 1, 0) == FILM  # as a process would get it
            assert file.read() == FILM
        assert b"".join(reader.open_range(DIGEST, 1000, 5000)) == FILM[1000:6000]
        assert b"".join(reader.open_range(DIGEST, len(FILM) - 3, 5000)) == FILM[-3:]
        assert b"".join(reader.open_range(DIGEST, len(FILM), 5000)) == b""


@pytest.mark.parametrize("size_bytes", [0, 33 * 1024**2 + 5])
def test_a_finished_file_of_any_length_is_adopted(
    store: Objects, tmp_path: Path, size_bytes: int
) -> None:
    film = (FILM * 34)[:size_bytes]
    (tmp_path / "film").write_bytes(film)
    digest = sha256(film).hexdigest()
    store.adopt(tmp_path / "film", digest)
    store.adopt(tmp_path / "film", digest)
    assert (store.size_bytes(digest), read(store, digest)) == (size_bytes, film)


def test_what_was_begun_and_not_kept_is_forgotten(store: Objects) -> None:
    with store.begin() as part:
        part.write(FILM)
    assert not store.has(DIGEST)
    assert keep(store) == keep(store) == DIGEST


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "A" * 64])
def test_what_is_not_kept_is_missing(store: Objects, digest: str) -> None:
    assert not store.has(digest)
    store.remove(digest)
    asking = (store.size_bytes, store.open, store.locked_until)
    for ask in (*asking, store.hold, store.release, store.is_held):
        with pytest.raises(ObjectMissingError):
            ask(digest)
    with pytest.raises(ObjectMissingError):
        store.lock_until(digest, NOW + DAY)
    with pytest.raises(ObjectMissingError):
        list(store.open_range(digest, 0, 1))


def test_a_lock_is_only_ever_extended(store: Objects, store_url: str) -> None:
    keep(store)
    assert store.locked_until(DIGEST) is None
    for days, locked_for in ((-1, None), (2, 2), (1, 2), (2, 2), (-1, 2), (36525, 36525)):
        store.lock_until(DIGEST, NOW + days * DAY)
        again = open_objects(store_url, SystemClock())
        assert again.locked_until(DIGEST) == (locked_for and NOW + locked_for * DAY)


def test_a_lock_is_told_as_the_store_has_it(store_url: str, tmp_path: Path) -> None:
    is_folder = store_url.startswith("file:")
    modes: list[LockMode] = ["governance", "compliance"]
    for compliance, mode in enumerate(modes):
        store = open_objects(store_url, SystemClock(), compliance=bool(compliance))
        film = tmp_path / mode
        film.write_bytes(mode.encode())
        digest = sha256(mode.encode()).hexdigest()
        version = store.adopt(film, digest).version
        assert store.lock_until(digest, NOW - DAY, version) is None
        locked = Locked(NOW + DAY, "software" if is_folder else mode, version)
        assert store.lock_until(digest, NOW + DAY, version) == locked
        assert store.lock_until(digest, NOW - DAY) == locked, "longer than was asked for"


def test_a_lock_never_ends_before_the_moment_that_was_asked_for(store: Objects) -> None:
    keep(store)
    asked = NOW + DAY + timedelta(microseconds=1)
    store.lock_until(DIGEST, asked)
    assert asked <= (store.locked_until(DIGEST) or NOW) < asked + timedelta(seconds=1)


def test_what_is_locked_cannot_be_removed(store: Objects, store_url: str) -> None:
    keep(store)
    store.lock_until(DIGEST, NOW + DAY)
    for again in (store, open_objects(store_url, SystemClock())):
        with pytest.raises(ObjectLockedError):
            again.remove(DIGEST)
    keep(store)
    with pytest.raises(ObjectLockedError):
        store.remove(DIGEST)
    assert read(store) == FILM


def test_what_is_held_cannot_be_removed_until_it_is_released(
    store: Objects, store_url: str
) -> None:
    keep(store)
    assert not store.is_held(DIGEST)
    store.hold(DIGEST)
    store.hold(DIGEST)
    for again in (store, open_objects(store_url, SystemClock())):
        assert again.is_held(DIGEST)
        with pytest.raises(ObjectLockedError):
            again.remove(DIGEST)
    assert read(store) == FILM
    store.release(DIGEST)
    store.release(DIGEST)
    assert not store.is_held(DIGEST)
    store.remove(DIGEST)
    store.remove(DIGEST)
    assert not store.has(DIGEST)


def test_a_release_does_not_end_a_lock(store: Objects) -> None:
    keep(store)
    store.lock_until(DIGEST, NOW + DAY)
    store.hold(DIGEST)
    store.release(DIGEST)
    with pytest.raises(ObjectLockedError):
        store.remove(DIGEST)


async def test_a_hold_outlives_a_lock_that_has_ended(store: Objects) -> None:
    keep(store)
    store.hold(DIGEST)
    store.lock_until(DIGEST, datetime.now(UTC) + timedelta(seconds=1))
    until = store.locked_until(DIGEST)
    assert until is not None
    with anyio.fail_after(10):
        while datetime.now(UTC) <= until:
            await anyio.lowlevel.checkpoint()
    with pytest.raises(ObjectLockedError):
        store.remove(DIGEST)
    assert read(store) == FILM
    store.release(DIGEST)
    store.remove(DIGEST)
    assert not store.has(DIGEST)


def test_a_lock_that_our_clock_takes_for_ended_is_not_removed_by_a_store_that_enforces(
    s3_bucket: str,
) -> None:
    store = open_objects(s3_bucket, SystemClock())
    keep(store)
    store.lock_until(DIGEST, NOW + DAY)
    ahead = open_objects(s3_bucket, FrozenClock(NOW + 2 * DAY))
    with pytest.raises(ObjectLockedError):
        ahead.remove(DIGEST)
    assert read(store) == FILM


def test_what_was_removed_can_be_kept_again(store: Objects) -> None:
    keep(store)
    store.remove(DIGEST)
    keep(store)
    assert read(store) == FILM
    assert store.locked_until(DIGEST) is None
