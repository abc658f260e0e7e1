"""Whatever a client calls its film or its device, no file is ever named after it."""

import re
from uuid import uuid4

from contracts.identity import Role
from tests.support.house import House
from tests.support.people import person
from tests.support.uploads import announce, send

OFFICER = person(Role.OFFICER, agency_id=uuid4())
FILM = b"film" * 100
HOSTILE = (
    "../../etc/passwd",
    "..\\..\\keys\\token.pem",
    "/etc/cron.d/x",
    "C:\\CON",
    "NUL.mp4",
    "COM1",
    "film.mp4:stream",
    "a\u202egpj.exe",
    "\u200f\u2066x",
    "a\x00b",
    "a\nb",
    "~root",
    "$(reboot).mp4",
    "%2e%2e%2f",
    ". .",
    "长" * 200,
    "x" * 10_000,
)
OURS = re.compile(r"[0-9a-f]{32,64}")


async def test_no_name_from_outside_becomes_a_file_s_name(h: House) -> None:
    before = {path for path in h.data.rglob("*") if path.is_file()}
    for hostile in HOSTILE:
        for words in ({"filename": hostile}, {"device_no": hostile}):
            begun = await announce(h, OFFICER, FILM, uuid4(), **words)
            assert begun.status_code in {201, 400}, hostile
            if begun.status_code == 201:
                kept = await send(h, OFFICER, begun.headers["location"], 0, FILM)
                assert kept.status_code == 204
    new = {path for path in h.data.rglob("*") if path.is_file()} - before
    assert new
    odd = [path for path in new if not OURS.fullmatch(path.name)]
    assert [path for path in odd if path.suffix not in {".db", ".db-wal", ".db-shm"}] == []
