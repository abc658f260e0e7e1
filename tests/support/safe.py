"""Back-ups for tests: a small data folder to take one of, and what a back-up's books hold."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from common.bus_embedded import EmbeddedBus
from common.clock import SystemClock
from common.db import Database
from liuhen import standalone
from liuhen.services import sqlite_url
from tests.support import books, migrated

ORIGINAL = b"the original film"
ACKNOWLEDGED = b"the acknowledged half of a film"
UPLOAD = "0" * 32


def small_product(data: Path) -> Path:
    """A folder as a product leaves it: databases, keys, an original with its lock, an upload."""
    with standalone.locked(data):
        migrated.prepare(data, SystemClock())
        with Database(sqlite_url(data, "bus")) as db:
            EmbeddedBus(db)
    kept = sha256(ORIGINAL).hexdigest()
    _write(data / "objects" / kept[:2] / kept, ORIGINAL, 0o444)
    _write(data / "objects" / "locks" / kept[:2] / kept, b"{}", 0o600)
    _write(data / "objects" / "incoming" / "half", b"a killed process left this", 0o600)
    _write(data / "spool" / UPLOAD, ACKNOWLEDGED, 0o600)
    _write(data / "keys" / "log.key", b"secret", 0o600)
    return data


def original(folder: Path) -> Path:
    """Where the original of `small_product` lies below `folder`."""
    kept = sha256(ORIGINAL).hexdigest()
    return folder / "objects" / kept[:2] / kept


def contradictions(folder: Path) -> list[str]:
    """What databases of one instant can never say of each other."""
    own = {event.id for event in books.announced(books.on_one_box(folder))}
    with closing(sqlite3.connect(folder / "bus.db")) as bus:
        told = [
            json.loads(headers)["ce_id"] for (headers,) in bus.execute("SELECT headers FROM log")
        ]
    carried = {id_.replace("-", "") for id_ in told}
    logged = set(books.logged(books.on_one_box(folder)))
    found = [f"{id_} is on the bus, and nobody announced it" for id_ in carried - own]
    return found + [f"{id_} is in the log and not on the bus" for id_ in logged - carried]


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
