"""What only a bucket can do to us: other versions, a server gone, locks that do not hold."""

import io
import os
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from minio import Minio
from typing_extensions import override

from common.clock import SystemClock
from common.objects import (
    ObjectDamagedError,
    ObjectDiffersError,
    ObjectMissingError,
    Objects,
    StoreAwayError,
    StoreUnusableError,
)
from common.objects_s3 import S3Objects
from common.s3 import Address, Bucket
from common.stores import open_objects, open_reader
from tools.engines import s3
from tools.engines.server import HERE, free_ports

FILM = bytes(range(256)) * 4096
DIGEST = sha256(FILM).hexdigest()
KEY = f"{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"
IN_PARTS = 17 * 1024**2
DAY = timedelta(days=1)


def keep(store: Objects, content: bytes = FILM) -> str:
    with store.begin() as part:
        part.write(content)
        part.keep()
    return part.sha256


def read(store: Objects) -> bytes:
    with store.open(DIGEST) as file:
        return file.read()


def somebody(url: str) -> tuple[Minio, str]:
    """Another client with the same credentials, and the bucket's name."""
    at = Address.of(url)
    return Minio(at.endpoint, at.key, at.secret, secure=False, region=at.region), at.bucket


@pytest.mark.parametrize("size_bytes", [1000, IN_PARTS])
def test_the_same_bytes_sent_by_two_are_one_version(
    s3_bucket: str, tmp_path: Path, size_bytes: int
) -> None:
    film = os.urandom(size_bytes)
    digest = sha256(film).hexdigest()
    bucket = Bucket(Address.of(s3_bucket))
    (tmp_path / "film").write_bytes(film)

    class Late(S3Objects):
        """Another replica has kept it after this one looked."""

        @override
        def has(self, sha256: str) -> bool:
            return False

    Late(s3_bucket, SystemClock(), compliance=False).adopt(tmp_path / "film", digest)
    Late(s3_bucket, SystemClock(), compliance=False).adopt(tmp_path / "film", digest)
    assert len(bucket.versions(f"{digest[:2]}/{digest[2:4]}/{digest}")) == 1


def test_a_large_file_that_changed_meanwhile_is_found_out_by_reading_it_back(
    s3_bucket: str, tmp_path: Path
) -> None:
    store = open_objects(s3_bucket, SystemClock())
    (tmp_path / "film").write_bytes(bytes(IN_PARTS))
    placed = store.adopt(tmp_path / "film", DIGEST)
    assert store.read_back(DIGEST, placed.version).sha256 != DIGEST
    store.discard(DIGEST, placed.version)
    assert not store.has(DIGEST)


@pytest.mark.parametrize("size_bytes", [0, 1000])
def test_a_file_that_changed_meanwhile_is_not_kept(
    s3_bucket: str, tmp_path: Path, size_bytes: int
) -> None:
    store = open_objects(s3_bucket, SystemClock())
    (tmp_path / "film").write_bytes(bytes(size_bytes))
    with pytest.raises(ObjectDiffersError):
        store.adopt(tmp_path / "film", DIGEST)
    assert not store.has(DIGEST)


def test_damage_is_noticed_and_nothing_is_announced_over_it(s3_bucket: str) -> None:
    client, bucket = somebody(s3_bucket)
    client.put_object(bucket, KEY, io.BytesIO(FILM[:-1]), len(FILM) - 1)
    store = open_objects(s3_bucket, SystemClock())
    with pytest.raises(ObjectDamagedError):
        store.open(DIGEST)
    with pytest.raises(ObjectDamagedError):
        keep(store)


def test_what_is_laid_over_a_locked_object_does_not_hide_it(s3_bucket: str) -> None:
    store = open_objects(s3_bucket, SystemClock())
    keep(store)
    store.lock_until(DIGEST, datetime.now(UTC) + DAY)
    client, bucket = somebody(s3_bucket)
    client.put_object(bucket, KEY, io.BytesIO(b"evil"), 4)
    client.remove_object(bucket, KEY)
    for seen in (store, open_reader(s3_bucket)):
        assert seen.has(DIGEST)
        assert seen.size_bytes(DIGEST) == len(FILM)
        assert b"".join(seen.open_range(DIGEST, 5, 5)) == FILM[5:10]
    assert read(store) == FILM
    keep(store)
    assert read(store) == FILM


def test_the_version_that_was_kept_is_held_and_not_what_is_laid_over_it(s3_bucket: str) -> None:
    store = open_objects(s3_bucket, SystemClock())
    keep(store)
    client, bucket = somebody(s3_bucket)
    over = client.put_object(bucket, KEY, io.BytesIO(b"evil"), 4).version_id
    kept = Bucket(Address.of(s3_bucket)).versions(KEY)[-1].id
    store.hold(DIGEST, kept)
    assert [store.is_held(DIGEST, it) for it in (None, kept, over)] == [True, True, False]
    with pytest.raises(ObjectMissingError):
        store.hold(DIGEST, "0" * 32)
    store.release(DIGEST, kept)
    assert not store.is_held(DIGEST)


@pytest.mark.parametrize("compliance", [False, True])
def test_the_locks_of_minio_hold_and_the_probe_says_so_each_time(
    s3_server: Callable[[str], s3.Store], *, compliance: bool
) -> None:
    url = s3_server("minio").new_bucket()
    for _ in range(2):
        store = open_objects(url, SystemClock(), compliance=compliance)
        assert store.worm_probe() == ()


@pytest.mark.parametrize("compliance", [False, True])
def test_the_probe_finds_that_versitygw_1_7_shortens_locks(
    s3_server: Callable[[str], s3.Store], *, compliance: bool
) -> None:
    url = s3_server("versitygw").new_bucket()
    store = open_objects(url, SystemClock(), compliance=compliance)
    assert store.worm_probe() == ("a lock can be shortened or weakened",)


@pytest.fixture
def page_server() -> Generator[int]:
    """A web server that has one page for everything; its port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Keep the tests' output clean."""

    with ThreadingHTTPServer((HERE, 0), Page) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def everything(store: Objects) -> None:
    """Ask for everything, and get nothing but a store that is away."""
    asks = (
        lambda: store.has(DIGEST),
        lambda: store.size_bytes(DIGEST),
        lambda: store.open(DIGEST),
        lambda: list(store.open_range(DIGEST, 0, 9)),
        lambda: keep(store),
        lambda: keep(store, b"another film"),
        lambda: store.lock_until(DIGEST, datetime.now(UTC) + DAY),
        lambda: store.locked_until(DIGEST),
        lambda: store.hold(DIGEST),
        lambda: store.release(DIGEST),
        lambda: store.remove(DIGEST),
    )
    for ask in asks:
        with pytest.raises(StoreAwayError):
            ask()


def test_a_store_that_was_killed_is_away_and_then_back(
    mortal_s3: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    store = open_objects(mortal_s3.new_bucket(), SystemClock())
    keep(store)
    mortal_s3.server.kill()
    everything(store)
    mortal_s3.server.start()
    assert read(store) == FILM
    keep(store, b"another film")


def test_a_store_that_hangs_is_away_in_time(
    mortal_s3: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.s3.ANSWER_MAX_S", 0.3)
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    store = open_objects(mortal_s3.new_bucket(), SystemClock())
    keep(store)
    mortal_s3.server.pause()
    everything(store)
    mortal_s3.server.go_on()
    assert read(store) == FILM


def refusal(url: str) -> str:
    """The one sentence in which a start is refused."""
    with pytest.raises(StoreUnusableError) as refused:
        open_objects(url, SystemClock())
    with pytest.raises(StoreUnusableError):
        open_reader(url)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_a_bucket_that_is_not_there_is_refused(s3_store: s3.Store) -> None:
    assert "NoSuchBucket" in refusal(f"{s3_store.url}/nowhere")


def test_a_bucket_without_object_lock_is_refused(s3_store: s3.Store) -> None:
    client, name = somebody(f"{s3_store.url}/plain-{uuid4().hex}")
    client.make_bucket(name)
    with pytest.raises(StoreUnusableError, match="made without Object Lock"):
        open_objects(f"{s3_store.url}/{name}", SystemClock())


def test_wrong_credentials_are_refused_and_not_repeated(s3_store: s3.Store) -> None:
    url = s3_store.new_bucket()
    assert "SignatureDoesNotMatch" in refusal(url.replace(s3_store.password, "not-the-secret"))
    assert "not-the-secret" not in refusal(url.replace(s3_store.password, "not-the-secret"))
    assert "cannot be used" in refusal(url.replace(f"{s3.USER}:", "nobody:"))


def test_an_address_where_nobody_answers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    (port,) = free_ports(1)
    said = refusal(f"s3://key:secret@{HERE}:{port}/originals")
    assert said == f"the bucket originals at {HERE}:{port} cannot be reached: nobody answers"


def test_a_server_that_speaks_no_s3_is_refused(page_server: int) -> None:
    assert "no S3 store answers" in refusal(f"s3://key:secret@{HERE}:{page_server}/originals")


def test_tls_is_not_spoken_with_a_server_that_does_not(
    s3_store: s3.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.s3.BACKOFF_S", 0.01)
    url = s3_store.new_bucket().replace("s3://", "s3+tls://")
    assert "cannot be reached" in refusal(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/var/lib/objects",
        "file:objects",
        "file://elsewhere/objects",
        "s3://host:9000/bucket",
        "s3://key:secret@host:9000/",
        "s3://key:secret@host:9000/a/b",
        "s3://key:secret@host:9000/bucket?regoin=x",
        "s3://key:secret@host:port/bucket",
        "https://key:secret@host/bucket",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert "secret" not in refusal(url).replace("KEY:SECRET", "")
