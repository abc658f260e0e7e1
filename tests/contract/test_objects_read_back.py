"""What a store says of what was placed: read from where it lies, and of that very version."""

import io
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from minio import Minio

from common.clock import SystemClock
from common.objects import ObjectLockedError, ObjectMissingError, Objects, Seen
from common.s3 import Address
from common.stores import open_objects

FILM = bytes(range(256)) * 8192 + b"end"
DIGEST = sha256(FILM).hexdigest()
SOUND = Seen(DIGEST, len(FILM))
DAY = timedelta(days=1)


@pytest.fixture
def store(store_url: str) -> Objects:
    return open_objects(store_url, SystemClock())


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film"
    path.write_bytes(FILM)
    return path


def lay_over(url: str, content: bytes) -> None:
    """Another version over what was kept, by somebody with the same credentials."""
    at = Address.of(url)
    client = Minio(at.endpoint, at.key, at.secret, secure=False, region=at.region)
    key = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
    client.put_object(at.bucket, key, io.BytesIO(content), len(content))


def test_what_was_placed_is_read_back_whole(store: Objects, film: Path) -> None:
    placed = store.adopt(film, DIGEST)
    assert placed.is_proved
    assert store.read_back(DIGEST, placed.version) == SOUND
    assert store.adopt(film, DIGEST).version == placed.version


def test_what_is_not_there_is_missing(store: Objects) -> None:
    with pytest.raises(ObjectMissingError):
        store.read_back(DIGEST, None)


def test_what_was_read_back_wrong_can_be_placed_again(store: Objects, film: Path) -> None:
    placed = store.adopt(film, DIGEST)
    store.discard(DIGEST, placed.version)
    store.discard(DIGEST, placed.version)
    assert not store.has(DIGEST)
    again = store.adopt(film, DIGEST)
    assert store.read_back(DIGEST, again.version) == SOUND


def test_nothing_is_discarded_that_somebody_was_told_is_kept(store: Objects, film: Path) -> None:
    placed = store.adopt(film, DIGEST)
    store.lock_until(DIGEST, datetime.now(UTC) + DAY, placed.version)
    with pytest.raises(ObjectLockedError):
        store.discard(DIGEST, placed.version)
    assert store.read_back(DIGEST, placed.version) == SOUND


def test_the_very_version_is_locked_and_read_back_whatever_lies_over_it(
    s3_bucket: str, film: Path
) -> None:
    store = open_objects(s3_bucket, SystemClock())
    placed = store.adopt(film, DIGEST)
    lay_over(s3_bucket, b"evil")
    store.lock_until(DIGEST, datetime.now(UTC) + DAY, placed.version)
    assert store.read_back(DIGEST, placed.version) == SOUND
    until = store.locked_until(DIGEST)
    assert until is not None
    assert until > datetime.now(UTC)
    with pytest.raises(ObjectLockedError):
        store.discard(DIGEST, placed.version)


def test_what_lay_there_before_is_not_taken_for_what_was_sent(s3_bucket: str, film: Path) -> None:
    lay_over(s3_bucket, b"something else")
    store = open_objects(s3_bucket, SystemClock())
    placed = store.adopt(film, DIGEST)
    assert not placed.is_proved
    assert store.read_back(DIGEST, placed.version) != SOUND


def test_a_folder_is_read_from_its_disk(tmp_path: Path, film: Path) -> None:
    """Also where a file system knows no way past the memory, and at every length."""
    store = open_objects((tmp_path / "objects").as_uri(), SystemClock())
    for length in (0, 1, 511, 512, 4096, 2**20, 2**20 + 1, len(FILM)):
        digest = sha256(FILM[:length]).hexdigest()
        film.write_bytes(FILM[:length])
        store.adopt(film, digest)
        film.unlink()
        assert store.read_back(digest, None) == Seen(digest, length)
