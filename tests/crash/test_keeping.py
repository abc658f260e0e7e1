"""A film is kept once and whole, at whatever moment of its way into the store a process is killed.

Method: one film for each moment, killed (-9) there; a new process goes on with all that is left.
"""

import json
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from common import migrate
from common.clock import SystemClock
from common.db import Database
from common.s3 import Address, Bucket
from common.stores import open_objects
from liuhen.services import sqlite_url
from tests.support.kill_keeping import FILM_BYTES

ROOT = Path(__file__).parents[2]
MOMENTS_MIN = {"file": 8, "s3": 20}


def kill_at_every_moment(data: Path, store_url: str) -> tuple[list[str], list[int], int]:
    """The films' digests, how their processes ended, and how the one did that finished them."""
    command = [sys.executable, "-m", "tests.support.kill_keeping", str(data), store_url]
    ended = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603 - our own interpreter
    *films, last = [json.loads(line) for line in ended.stdout.splitlines()]
    return [it["sha256"] for it in films], [it["ended"] for it in films], last


def flagged(data: Path) -> int:
    """How many clips were announced as stored without anybody having said their digest."""
    with sqlite3.connect(data / "ingest.db") as db:
        query = "SELECT value FROM outbox WHERE type = 'ingest.clip.stored.v1'"
        stored = [json.loads(value) for (value,) in db.execute(query)]
    db.close()
    return sum(event["digest_unconfirmed"] for event in stored)


def books(data: Path) -> tuple[Counter[str], Counter[str]]:
    """How often each digest stands on a clip that was read back, and each clip's events."""
    with sqlite3.connect(data / "ingest.db") as db:
        kept = db.execute("SELECT sha256 FROM clip WHERE read_back_sha256 = sha256").fetchall()
        said = db.execute(
            "SELECT key || (type = 'ingest.clip.locked.v1') FROM outbox"
            " WHERE type LIKE 'ingest.clip.%'"
        ).fetchall()
    db.close()
    return Counter(it for (it,) in kept), Counter(it for (it,) in said)


def test_a_film_killed_on_its_way_is_kept_once_and_whole(tmp_path: Path, store_url: str) -> None:
    with Database(sqlite_url(tmp_path, "ingest")) as db:
        migrate.upgrade(db, "ingest")

    digests, ended, last = kill_at_every_moment(tmp_path, store_url)

    assert ended == [-signal.SIGKILL] * (len(ended) - 1) + [0]
    assert len(ended) > MOMENTS_MIN[urlsplit(store_url).scheme]
    assert last == 0
    kept, said = books(tmp_path)
    assert kept == Counter(digests)
    assert sorted(said.values()) == [1] * 2 * len(digests), "that it is kept, and its lock"
    numbers = range(1, len(digests) + 1)
    assert flagged(tmp_path) == sum(n % 4 == 0 and n % 3 != 0 for n in numbers)
    assert list((tmp_path / "spool").iterdir()) == []
    store = open_objects(store_url, SystemClock())
    for digest in digests:
        assert store.read_back(digest, None) == (digest, FILM_BYTES)
        assert store.locked_until(digest)
    if store_url.startswith("s3:"):
        multipart = Bucket(Address.of(store_url))
        for digest in digests:
            key = f"{digest[:2]}/{digest[2:4]}/{digest}"
            assert len(multipart.versions(key)) == 1
            assert list(multipart.multipart.under_way(key)) == []
