"""A large film reaches a bucket once and exactly, whatever breaks on the way, and in little memory.

Method: a proxy before each real server breaks chosen requests; then one looks into the bucket.
"""

import os
import tracemalloc
from collections.abc import Callable, Generator, Sequence
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from minio import Minio
from minio.commonconfig import GOVERNANCE
from minio.objectlockconfig import DAYS, ObjectLockConfig

from common.clock import SystemClock
from common.objects import ObjectDiffersError, Placed, Seen, StoreAwayError
from common.objects_s3 import S3Objects
from common.s3 import Address, Bucket, Version
from common.s3_multipart import Begun
from tests.support.faulty_s3 import Asked, Fault, FaultyS3, faulty
from tools.engines import s3

MIB = 1024 * 1024
PART = 5 * MIB
"""The least that S3 takes for a part which is not the last."""
FILM = os.urandom(4 * PART + 1000)
PARTS = 5
DIGEST = sha256(FILM).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
SOUND = Seen(DIGEST, len(FILM))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("common.s3_sending.PART_MIN_BYTES", "common.objects_s3.PART_MIN_BYTES"):
        monkeypatch.setattr(name, PART)
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film"
    path.write_bytes(FILM)
    return path


@pytest.fixture
def way(s3_bucket: str) -> Generator[FaultyS3]:
    with faulty(s3_bucket) as it:
        yield it


def opened(url: str) -> S3Objects:
    return S3Objects(url, SystemClock(), compliance=False)


def adopt_in_the_end(store: S3Objects, film: Path, tries: int) -> tuple[Placed, int]:
    """What the finaliser does: once more, later. Also how often it had to."""
    for tried in range(tries):
        try:
            return store.adopt(film, DIGEST), tried
        except StoreAwayError:
            continue
    raise AssertionError("it never got there")


def in_bucket(url: str) -> tuple[Sequence[Version], Sequence[Begun]]:
    bucket = Bucket(Address.of(url))
    return bucket.versions(KEY), list(bucket.multipart.under_way(KEY))


def expect_one_sound_version(url: str, film: Path, placed: Placed) -> None:
    versions, under_way = in_bucket(url)
    assert [version.id for version in versions] == [placed.version]
    assert list(under_way) == []
    assert opened(url).read_back(DIGEST, placed.version) == SOUND
    assert not film.with_name("film.sent").exists()


def test_a_large_film_is_one_version_and_nothing_is_left_of_its_way(
    way: FaultyS3, film: Path
) -> None:
    store = opened(way.url)
    placed = store.adopt(film, DIGEST)
    assert placed.is_proved
    assert len(way.parts_sent()) == PARTS
    assert store.adopt(film, DIGEST).version == placed.version
    assert len(way.parts_sent()) == PARTS
    expect_one_sound_version(way.url, film, placed)


def test_what_the_store_has_is_not_sent_again(way: FaultyS3, film: Path) -> None:
    way.choose = lambda asked: Fault.BUSY if "partNumber=4&" in asked.path else Fault.NONE
    store = opened(way.url)
    with pytest.raises(StoreAwayError):
        store.adopt(film, DIGEST)
    way.choose = lambda _asked: Fault.NONE
    before = {it.path.partition("partNumber=")[2][0] for it in way.parts_sent()} - {"4"}
    begun = len(way.parts_sent())
    placed = opened(way.url).adopt(film, DIGEST)
    assert len(way.parts_sent()) - begun == PARTS - len(before) < PARTS
    assert placed.is_proved
    expect_one_sound_version(way.url, film, placed)


def test_a_store_that_fails_at_random_gets_the_film_in_the_end(way: FaultyS3, film: Path) -> None:
    dice = Random(20261121)  # noqa: S311 - dice, not a secret
    store = opened(way.url)
    faults = [Fault.BUSY, Fault.ANSWER_LOST, Fault.CUT]
    way.choose = lambda _: dice.choice(faults) if dice.random() < 0.5 else Fault.NONE
    placed, tries = adopt_in_the_end(store, film, 100)
    way.choose = lambda _: Fault.NONE
    assert tries > 0, "nothing went wrong"
    expect_one_sound_version(way.url, film, placed)


def test_a_lost_answer_to_the_completion_is_found_out(way: FaultyS3, film: Path) -> None:
    way.choose = lambda asked: Fault.ANSWER_LOST if asked.is_completion else Fault.NONE
    placed, _ = adopt_in_the_end(opened(way.url), film, 3)
    assert placed.is_proved, "by its length and ETag"
    expect_one_sound_version(way.url, film, placed)


def test_a_proxys_page_is_no_word_of_the_store_that_the_film_is_whole(
    way: FaultyS3, film: Path
) -> None:
    """Believed, it would have every part of a day's film sent once more."""
    way.choose = lambda asked: Fault.PAGE if asked.is_completion else Fault.NONE
    with pytest.raises(StoreAwayError):
        opened(way.url).adopt(film, DIGEST)
    way.choose = lambda _asked: Fault.NONE
    placed = opened(way.url).adopt(film, DIGEST)
    assert placed.is_proved
    assert len(way.parts_sent()) == PARTS
    expect_one_sound_version(way.url, film, placed)


def test_parts_that_the_store_has_forgotten_are_sent_anew(way: FaultyS3, film: Path) -> None:
    way.choose = lambda asked: Fault.BUSY if asked.is_completion else Fault.NONE
    store = opened(way.url)
    with pytest.raises(StoreAwayError):
        store.adopt(film, DIGEST)
    way.choose = lambda _asked: Fault.NONE
    (begun,) = in_bucket(way.url)[1]
    Bucket(Address.of(way.url)).multipart.abort(begun.key, begun.upload_id)
    placed, tries = adopt_in_the_end(store, film, 2)
    assert tries == 1
    expect_one_sound_version(way.url, film, placed)


def test_a_part_that_the_store_calls_otherwise_is_not_put_into_the_film(
    way: FaultyS3, film: Path
) -> None:
    way.choose = lambda asked: Fault.OTHER_ETAG if "partNumber=2&" in asked.path else Fault.NONE
    store = opened(way.url)
    with pytest.raises(ObjectDiffersError):
        store.adopt(film, DIGEST)
    way.choose = lambda _asked: Fault.NONE
    assert in_bucket(way.url) == ([], [])
    expect_one_sound_version(way.url, film, store.adopt(film, DIGEST))


def test_reading_back_goes_on_where_a_connection_broke(way: FaultyS3, film: Path) -> None:
    store = opened(way.url)
    placed = store.adopt(film, DIGEST)
    cuts = 0

    def cut_twice(asked: Asked) -> Fault:
        nonlocal cuts
        cuts += asked.is_reading
        return Fault.CUT if asked.is_reading and cuts <= 2 else Fault.NONE

    way.choose = cut_twice
    assert store.read_back(DIGEST, placed.version) == SOUND
    assert cuts == 3


def test_bytes_that_come_back_wrong_are_seen(way: FaultyS3, film: Path) -> None:
    store = opened(way.url)
    placed = store.adopt(film, DIGEST)
    way.choose = lambda asked: Fault.OTHER_BYTES if asked.is_reading else Fault.NONE
    assert store.read_back(DIGEST, placed.version).sha256 != DIGEST


def test_a_file_that_became_shorter_is_not_kept(way: FaultyS3, film: Path) -> None:
    class Cut(S3Objects):
        def has(self, sha256: str) -> bool:
            os.truncate(film, 2 * PART)
            return super().has(sha256)

    with pytest.raises(ObjectDiffersError):
        Cut(way.url, SystemClock(), compliance=False).adopt(film, DIGEST)
    assert not opened(way.url).has(DIGEST)


def test_a_store_away_in_the_middle_of_the_parts_gets_the_rest_when_it_is_back(
    mortal_s3: s3.Store, film: Path
) -> None:
    url = mortal_s3.new_bucket()
    with faulty(url) as way:
        killed: list[Asked] = []

        def kill_at_the_third(asked: Asked) -> Fault:
            if "partNumber=3&" in asked.path and not killed:
                killed.append(asked)
                mortal_s3.server.kill()
            return Fault.NONE

        way.choose = kill_at_the_third
        store = opened(way.url)
        for _ in range(3):
            with pytest.raises(StoreAwayError):
                store.adopt(film, DIGEST)
        mortal_s3.server.start()
        expect_one_sound_version(url, film, store.adopt(film, DIGEST))


def test_a_bucket_that_locks_by_itself_is_sent_what_it_demands(
    s3_server: Callable[[str], s3.Store], film: Path
) -> None:
    url = s3_server("minio").new_bucket()
    at = Address.of(url)
    client = Minio(at.endpoint, at.key, at.secret, secure=False)
    client.set_object_lock_config(at.bucket, ObjectLockConfig(GOVERNANCE, 1, DAYS))
    with faulty(url) as way:
        store = opened(way.url)
        placed = store.adopt(film, DIGEST)
        assert all("Content-MD5" in it.headers for it in way.parts_sent())
        film.write_bytes(b"a small film")
        small = store.adopt(film, sha256(b"a small film").hexdigest())
        assert any("x-amz-checksum-sha256" in map(str.lower, it.headers) for it in way.asked)
    assert store.read_back(DIGEST, placed.version) == SOUND
    assert placed.is_proved
    assert small.is_proved


def test_a_large_film_is_sent_and_read_in_little_memory(s3_bucket: str, film: Path) -> None:
    store = opened(s3_bucket)
    tracemalloc.start()
    placed = store.adopt(film, DIGEST)
    store.read_back(DIGEST, placed.version)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * PART


def test_what_was_begun_long_ago_and_never_ended_is_forgotten(
    s3_server: Callable[[str], s3.Store],
) -> None:
    """MinIO tells only of what is under way under a whole name, and forgets by itself."""
    url = s3_server("versitygw").new_bucket()
    Bucket(Address.of(url)).multipart.begin(KEY)
    now = SystemClock().now()
    assert opened(url).forget_unfinished(now.replace(year=now.year - 1)) == 0
    assert opened(url).forget_unfinished(now.replace(year=now.year + 1)) == 1
    assert in_bucket(url)[1] == []
